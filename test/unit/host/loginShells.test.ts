import { spawn } from "node:child_process";
import type { ServerChannel } from "ssh2";
import { Session } from "../../../provider/host/ssh/session";
import { Listener, SshServer } from "../support/sshServer";

/** A server that runs what it is told by a login shell, which may print before. */
function serving(shell: string, greeting: string, lines: string[]) {
  return SshServer.start({
    onExec: (channel: ServerChannel, _client, command) => {
      lines.push(command);
      channel.write(greeting);
      const child = spawn(shell, ["-c", command]);
      channel.pipe(child.stdin).on("error", () => {});
      child.stdout.on("data", (chunk) => channel.write(chunk));
      child.stderr.on("data", (chunk) => channel.stderr.write(chunk));
      child.on("close", (code) => {
        channel.exit(code ?? 1);
        channel.end();
      });
    },
  });
}

const script = `# It's a script, with "quotes", a \\ and a !
printf '%s|' "$@"
cat`;
const shell = process.env.KVMNET_SHELL ?? "sh";

test("a script reaches /bin/sh as it is, whatever the login shell prints before; so does its input", async () => {
  const lines: string[] = [];
  await using server = await serving(shell, "Welcome to kvm1!\nmachineId 0 4\n", lines);
  const session = await Session.dial(server.connection);
  const argv = ["sh", "-c", script, "kvmnet", "it's\\", "a !b", "c\nd", ""];
  const result = await session.exec(argv, { purpose: "try it", input: "its own\ninput" });
  expect(result.stdout).toBe("it's\\|a !b|c\nd||its own\ninput");
  session.close();
  // What csh and fish read otherwise than sh: a line end and ! within quotes, and a backslash.
  expect(lines.filter((line) => /[\n\\!]/.test(line))).toEqual([]);
});

test("what a login shell prints before a command of plain words is none of the command's either", async () => {
  const lines: string[] = [];
  await using server = await serving(shell, "Welcome to kvm1!\n", lines);
  const session = await Session.dial(server.connection);
  const { stdout, code } = await session.run(["sh", "-c", "echo applied; exit 4"], { purpose: "try it" });
  expect({ stdout, code }).toEqual({ stdout: "applied\n", code: 4 });
  session.close();
});

test("a banner that is longer than SSH allows is refused in words", async () => {
  const packet = Buffer.alloc(40_000);
  packet.writeUInt32BE(39_996, 0);
  await using served = await Listener.start((socket) => {
    socket.write("SSH-2.0-OpenSSH_9.2\r\n");
    socket.write(packet);
  });
  await expect(Session.dial(served.connection, { timeoutMs: 5000 })).rejects.toThrow(
    /^root@127\.0\.0\.1:\d+: it sent an SSH packet that is longer than 35,000 bytes.*Banner in its sshd_config.*32 KB/,
  );
});
