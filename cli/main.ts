import { kvmnet } from "./kvmnet";

// Who reads it, `head` for one, may have enough: the work goes on, and its end is what it is.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

kvmnet(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
