import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerChannel } from "ssh2";
import { recordedHost } from "../support/recordedHosts";
import { answer, SshServer } from "../support/sshServer";
import { run } from "./run";
import { way as wayTo } from "./way";

const root = join(__dirname, "../../..");
const facts = recordedHost("dhcpDebian13");
const secret = "correct horse";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kvmnet-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const way = (server: SshServer, more = {}) => wayTo(folder, server, more);

/** A user whom sudo asks for the password; then the host says its facts. */
function asksForPassword(channel: ServerChannel, _client: unknown, command: string): void {
  const [from, prompt, ready] = ["from", "sudo", "root"].map(
    (word) => new RegExp(`kvmnet-${word}-[0-9a-f]+:`).exec(command)?.[0] ?? "",
  );
  channel.write(from);
  channel.stderr.write(`${from}192.0.2.9 50000 192.0.2.10 22\n`);
  const end = (code: number) => {
    channel.exit(code);
    channel.end();
  };
  if (!/ -S /.test(command)) {
    channel.stderr.write("sudo: a password is required\n");
    end(1);
    return;
  }
  let heard = "";
  let isRoot = false;
  channel.stderr.write(prompt);
  channel.on("data", (chunk: Buffer) => {
    heard += chunk;
    const line = heard.indexOf("\n");
    if (isRoot || line < 0) return;
    isRoot = heard.slice(0, line) === secret;
    heard = heard.slice(line + 1);
    channel.stderr.write(isRoot ? ready : `Sorry, try again.\n${prompt}`);
    if (isRoot)
      setTimeout(() => {
        channel.write(facts);
        end(0);
      }, 20);
  });
}

test("a host is reached by what the options of ssh say", async () => {
  await using server = await SshServer.start({ onExec: answer(facts) });
  const { code, stdout, stderr } = await run("facts", ...way(server), "127.0.0.1");
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ uid: 0, sshAddress: expect.any(String) });
});

test("a ProxyCommand is the way to a host, and says why it is none", async () => {
  await using server = await SshServer.start({ onExec: answer(facts) });
  const by = (command: string) => run("facts", "-o", `ProxyCommand=${command}`, ...way(server), "127.0.0.1");
  const relay = `bash -c 'exec 3<>/dev/tcp/"%h"/%p; cat <&3 2>/dev/null & cat >&3; kill $!'`;
  const { code, stdout, stderr } = await by(relay);
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ uid: 0 });
  const failed = await by("sh -c 'echo no such tunnel >&2; exit 3'");
  expect(failed.code).toBe(2);
  expect(failed.stderr).toMatch(/: can't be reached by its ProxyCommand: it ended with 3: no such tunnel\.\n/);
});

test("what a shell would read otherwise is not given to a ProxyCommand", async () => {
  const { code, stderr } = await run("facts", "-F", "none", "-o", "ProxyCommand=touch %h", "$(touch x)@kvm1");
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/"\$\(touch x\)" is not given to ProxyCommand's shell|is not a host/);
});

test("--trace has what the host was given", async () => {
  await using server = await SshServer.start({ onExec: answer(facts) });
  const trace = join(folder, "trace");
  const { code } = await run("facts", "--trace", trace, ...way(server), "127.0.0.1");
  expect(code).toBe(0);
  expect(readFileSync(trace, "utf8")).toMatch(
    /^# kvmnet [\s\S]*root@127\.0\.0\.1:\d+: read the host's facts\n\$ sh -c /,
  );
});

test("a config by -F has Hosts, and -o comes before it, for the host itself alone", async () => {
  await using server = await SshServer.start({ onExec: answer(facts) });
  const { port } = server.connection;
  const config = join(folder, "config");
  writeFileSync(
    config,
    `Host kvm1\n  HostName 127.0.0.1\n  Port 1\n  User nobody\n  HostKeyAlias [127.0.0.1]:${port}\n`,
  );
  const [, , ...rest] = way(server);
  const { code, stderr } = await run("facts", "-F", config, ...rest.slice(0, -2), "-o", `Port=${port}`, "kvm1");
  expect([code, stderr]).toEqual([0, ""]);
});

const errors: readonly (readonly [string, (server: SshServer) => string[], string])[] = [
  [
    "a host key that is not known",
    (server) => [...way(server), "-o", "HostKeyAlias=other", "127.0.0.1"],
    "root@127.0.0.1:PORT: its host key KEY is not known here, but for [127.0.0.1]:PORT in KNOWN_HOSTS: was its address changed?\nLog in once with ssh to check and keep it.\n",
  ],
  [
    "a port that nobody listens at",
    (server) => [...way(server).slice(0, -2), "-p", "1", "127.0.0.1"],
    "root@127.0.0.1:1: can't be reached over SSH at 127.0.0.1 port 1: the connection was refused: is sshd running, and is the port right?\n",
  ],
  [
    "a name that is none",
    (server) => [...way(server), "kvm1.invalid"],
    "root@kvm1.invalid:PORT: its name kvm1.invalid can't be resolved: is its name or address right, does DNS, /etc/hosts or ~/.ssh/config have it?\n",
  ],
  [
    "no key at all",
    (server) => [...way(server), "-o", "IdentityFile=none", "127.0.0.1"].filter((_, at) => at !== 2 && at !== 3),
    "root@127.0.0.1:PORT: there is nothing to log in with: no SSH agent, no usable key in the config.\n",
  ],
  [
    "a setting that kvmnet does not do",
    (server) => {
      const config = join(folder, "config");
      writeFileSync(config, "Host *\n  KnownHostsCommand keys %h\n");
      return ["-F", config, ...way(server).slice(2), "127.0.0.1"];
    },
    "root@127.0.0.1:PORT: KnownHostsCommand in CONFIG is not supported by kvmnet.\nGive this host a section above it that does without, or another file by -F, or switch it off by -o NAME=none.\n",
  ],
  [
    "a user who is not root",
    (server) => [...way(server, { user: "me" }), "127.0.0.1"],
    "me@127.0.0.1:PORT: kvmnet works on a host as root: write root@HOST, or --sudo.\n",
  ],
];

test.each(errors)("%s is said in the command line's own words", async (_, args, words) => {
  const asUser = Buffer.from(facts.toString("latin1").replace(/^uid 0 1\n0$/m, "uid 0 4\n1000"), "latin1");
  await using server = await SshServer.start({ onExec: answer(asUser) });
  const said = await run("facts", ...args(server));
  const stderr = said.stderr
    .replaceAll(String(server.connection.port), "PORT")
    .replaceAll(join(folder, "config"), "CONFIG")
    .replaceAll(join(folder, "known_hosts"), "KNOWN_HOSTS")
    .replace(/SHA256:\S+/, "KEY");
  expect({ ...said, stderr }).toEqual({ code: 2, stdout: "", stderr: words });
});

test("without a terminal, sudo's password can't be asked for, and the error says so", async () => {
  await using server = await SshServer.start({ onExec: asksForPassword });
  const { code, stderr } = await run("facts", "--sudo", ...way(server, { user: "me" }), "127.0.0.1");
  expect(code).toBe(2);
  expect(stderr).toContain("If me may use sudo with a password, run this on a terminal, where you are asked for it.");
});

/** A command line at a terminal, whose questions are answered in turn. */
async function atTerminal(args: readonly string[], question: string, answers: readonly string[]) {
  const line = [process.execPath, "--import", "tsx", "cli/main.ts", ...args].map((one) => `'${one}'`).join(" ");
  const child = spawn("script", ["-qec", line, "/dev/null"], { cwd: root });
  let shown = "";
  const left = [...answers];
  child.stdout.on("data", (part) => {
    const questions = () => shown.split(question).length;
    const before = questions();
    shown += part;
    if (questions() > before) child.stdin.write(`${left.shift()}\r`);
  });
  const [code] = await once(child, "close");
  expect(left).toEqual([]);
  return { code, shown };
}

test.each([
  ["is asked for on the terminal, and not shown", [secret], 0],
  ["is asked for again where it is wrong", ["wrong one", secret], 0],
  ["is asked for three times", ["wrong one", "wrong two", "wrong three"], 2],
  ["may be refused, by Ctrl-C", ["\u0003"], 130],
])("sudo's password %s", async (_, typed, expected) => {
  await using server = await SshServer.start({ onExec: asksForPassword });
  const args = ["facts", "--sudo", ...way(server, { user: "me" }), "127.0.0.1"];
  const { code, shown } = await atTerminal(args, "for sudo on me@127.0.0.1", typed);
  expect(code).toBe(expected);
  for (const one of typed) expect(shown).not.toContain(one);
  if (expected === 0) expect(shown).toContain('"uid": 0');
  if (expected === 2) expect(shown).toContain("it does not take that password");
});

test.each([
  ["n", 1, 0],
  ["y", 0, 1],
])("what would be removed is shown, and %s is the answer to it", async (typed, expected, removed) => {
  const given: string[] = [];
  await using server = await SshServer.start({
    onExec: (channel, _client, command) => {
      let text = command;
      channel.on("data", (chunk: Buffer) => {
        text += chunk;
      });
      channel.on("end", () => {
        given.push(text);
        const left = text.includes("-maxdepth 2") ? "/var/lib/kvmnet\0/var/lib/kvmnet/transactions\0" : "";
        answer(text.includes("section machineId") ? facts : left)(channel);
      });
    },
  });
  const { code, shown } = await atTerminal(["clean", ...way(server), "127.0.0.1"], "[y/N]", [typed]);
  expect(shown).toMatch(
    /to remove, .*:\r\n {2}\/var\/lib\/kvmnet\r\n {2}\/var\/lib\/kvmnet\/transactions\r\n.*Remove this from root@/,
  );
  expect(code).toBe(expected);
  expect(given.filter((text) => text.includes("rm -rf --"))).toHaveLength(removed);
});
