import { randomBytes } from "node:crypto";
import { createConnection } from "node:net";
import type { CommandOptions, CommandResult } from "./command";

const decode = (field = "") => Buffer.from(field.slice(1), "base64").toString();

/** One that answers on that socket: it ends with the line that has the answer. */
const asking = `
use IO::Socket::UNIX;
my ($path, $id, $command) = @ARGV;
my $port = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!\\n";
$port->autoflush(1);
print $port "$id $command\\n";
while (my $said = <$port>) { if ($said =~ /^$id /) { print $said; exit 0 } }
die "no answer\\n";`;

/** The same where the socket is another machine's. */
export async function guestAgentOn(
  host: { exec(argv: readonly string[], options?: CommandOptions): Promise<CommandResult> },
  path: string,
  command: string,
  timeout: number,
): Promise<Omit<CommandResult, "argv">> {
  const id = randomBytes(4).toString("hex");
  const asked = ["perl", "-e", asking, path, id, Buffer.from(command).toString("base64")];
  const { argv: _, ...result } = await host.exec(asked, { timeout });
  const [, code, stdout, stderr] = /^\w+ (\d+) (=\S*) (=\S*)$/m.exec(result.stdout.replaceAll("\r", "")) ?? [];
  if (code === undefined) return { ...result, code: null };
  return { ...result, code: Number(code), stdout: decode(stdout), stderr: decode(stderr) };
}

/**
 * Runs a shell command in a guest by the serial port that its process 1 listens on. It needs no NIC, so it
 * also tells what a guest sees while its network is gone. `path` is QEMU's socket for that port.
 */
export function guestAgent(path: string, command: string, timeout: number): Promise<Omit<CommandResult, "argv">> {
  const id = randomBytes(4).toString("hex");
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let text = "";
    const end = (result: Omit<CommandResult, "argv">) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(
      () => end({ code: null, signal: null, timedOut: true, stdout: "", stderr: "no answer" }),
      timeout,
    );
    socket.on("connect", () => socket.write(`${id} ${Buffer.from(command).toString("base64")}\n`));
    socket.on("data", (chunk) => {
      text += chunk;
      const [, code, stdout, stderr] =
        new RegExp(`^${id} (\\d+) (=\\S*) (=\\S*)$`, "m").exec(text.replaceAll("\r", "")) ?? [];
      // The last field is whole only when its line has ended.
      if (code !== undefined && text.endsWith("\n")) {
        end({ code: Number(code), signal: null, timedOut: false, stdout: decode(stdout), stderr: decode(stderr) });
      }
    });
    socket.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
