import { kvmnet } from "./kvmnet";
import { print } from "./paint";

let isWritten = true;

// Who reads it, `head` for one, may have enough: the work goes on, and its end is what it is.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE" || !isWritten) return;
  isWritten = false;
  process.exitCode = 2;
  print(process.stderr, `kvmnet: what was asked for can't be written: ${message}\n`);
});
// There is nowhere left to say so.
process.stderr.on("error", () => undefined);

kvmnet(process.argv.slice(2)).then((code) => {
  process.exitCode = isWritten ? code : 2;
});
