import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { traceTo } from "../../../provider/host/exec/trace";
import { Hosts } from "../../../provider/host/hosts";
import { Session } from "../../../provider/host/ssh/session";
import { Leaks } from "../../lab/leaks";
import { printedBy, recordedHost, toRecording } from "../support/recordedHosts";
import { answer, SshServer } from "../support/sshServer";

const planted = (place: string) => `planted-${place}-9c2e`;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kvmnet-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is traced of a connection to a server. */
async function traced(name: string, server: SshServer, use: (session: Session) => Promise<unknown>, more = {}) {
  const path = join(folder, name);
  traceTo(path, "0.1.0", () => undefined);
  const session = await Session.dial({ ...server.connection, ...more });
  await use(session).catch(() => undefined);
  session.close();
  return readFileSync(path, "utf8");
}

const settled = (text: string) =>
  text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replace(/after [\d.]+ s/g, "after S s")
    .replace(/^# kvmnet .*/, "# kvmnet")
    .replace(/127\.0\.0\.1:\d+/g, "HOST");

test("a trace has each command, its time, its end and its output, and of its input the length", async () => {
  await using server = await SshServer.start({
    onExec: (channel) => {
      channel.write("one\ntwo\n");
      channel.stderr.write("\u001b[31mred\u001b[0m\n");
      channel.exit(3);
      channel.end();
    },
  });
  const text = await traced("plain", server, (session) =>
    session.run(["printf", "%s", "it's"], { purpose: "try it", input: planted("input") }),
  );
  expect(settled(text)).toBe(`# kvmnet

TIME root@HOST: try it
$ printf %s 'it'\\''s'
stdin: 18 bytes, not shown
exit code 3 after S s
stdout:
  one
  two
stderr:
  red

`);
  expect(statSync(join(folder, "plain")).mode & 0o777).toBe(0o600);
});

test("a command that has no end is in it too, with why", async () => {
  await using server = await SshServer.start({ onExec: () => {} });
  const text = await traced("endless", server, (session) => session.run(["wait"], { purpose: "wait", timeoutMs: 50 }));
  expect(settled(text)).toContain(
    "TIME root@HOST: wait\n$ wait\nno end: root@HOST: could not wait: no end within 0.05 s.\n",
  );
});

test("what the connection keeps secret is not in it, in whatever form a host says it", async () => {
  const [password, phrase, jump] = ["p\"a's w", planted("phrase"), planted("jump")] as const;
  const said = [
    password,
    JSON.stringify({ password }),
    `x${password}x`,
    `${password.slice(0, 3)}\u001b[0m${password.slice(3)}`,
    phrase,
    jump,
    Buffer.from(phrase).toString("base64"),
  ];
  await using server = await SshServer.start({ onExec: answer(`${said.join("\n")}\nnothing else\n`) });
  const { privateKey } = server.connection;
  const text = await traced(
    "connection",
    server,
    (session) => session.run(["echo", password, privateKey.slice(40, 90)], { purpose: "echo" }),
    { sudo: false, password, privateKeyPassword: phrase, privateKey },
  );
  expect(text).toContain("nothing else");
  expect(new Leaks([password, phrase, "p\\\"a's w", Buffer.from(phrase).toString("base64")]).in(text)).toEqual([]);
  for (const line of privateKey.trim().split("\n")) expect(text).not.toContain(line);
});

const [wifi, comment, previous, broken] = [
  planted("wifi"),
  planted("comment"),
  planted("previous"),
  planted("broken"),
] as const;

test("what the host's files keep secret is not in it, nor what stands in their comments, nor a file that is no YAML", async () => {
  const recording = parse(toRecording(recordedHost("bridged"))) as Record<string, unknown>;
  const netplan = `network:\n  wifis: {wlan0: {access-points: {home: {password: ${wifi}}}}} # not ${comment}\n`;
  const facts = {
    ...recording,
    ...{ "netplan:/etc/netplan/02-wifi.yaml": netplan, "netplan:/etc/netplan/03-broken.yaml": `password: [${broken}` },
    "record:/var/lib/kvmnet/bridges/br7.json": JSON.stringify({ previousConfig: { a: `password: ${previous}` } }),
    "unit:/etc/systemd/network/wlan0.network": `[Match]\n# ${wifi}\n`,
    libvirt: `<graphics passwd='${previous}'/>`,
  };
  await using server = await SshServer.start({ onExec: answer(printedBy(stringify(facts))) });
  const path = join(folder, "facts");
  traceTo(path, "0.1.0", () => undefined);
  const hosts = new Hosts();
  await hosts.reachFacts(server.connection);
  hosts.close();
  const text = readFileSync(path, "utf8");
  expect(text).toContain("password: (hidden)");
  expect(text).toContain("# (hidden)");
  expect(text).toContain("(no YAML)");
  expect(text).toContain("enp1s0");
  expect(text).toContain("[Match]");
  expect(new Leaks([wifi, comment, previous, broken]).in(text)).toEqual([]);
});

test("an answer that is none of facts.sh's is not in it", async () => {
  await using server = await SshServer.start({ onExec: answer(`login: ${wifi}`) });
  const path = join(folder, "nonsense");
  traceTo(path, "0.1.0", () => undefined);
  const hosts = new Hosts();
  await hosts.reachFacts(server.connection).catch(() => undefined);
  hosts.close();
  const text = readFileSync(path, "utf8");
  expect(text).toContain("read the host's facts");
  expect(text).toContain("(not as it should be, and not shown)");
  expect(text).not.toContain(wifi);
});
