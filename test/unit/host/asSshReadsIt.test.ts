import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { utils } from "ssh2";
import { HostError } from "../../../provider/host/ssh/hostError";
import { HostKeyPolicy } from "../../../provider/host/ssh/hostKey";
import { route, type Target } from "../../../provider/host/ssh/target";
import type { Connection } from "../../../provider/schema/connection";
import { keyPair } from "../support/keyPair";
import { Home, sshTakes } from "../support/sshClient";
import { SshServer } from "../support/sshServer";
import { accept, cases } from "./knownHostsCases";

const [other, login] = [keyPair(), keyPair()];
const rsa = utils.generateKeyPairSync("rsa", { bits: 2048 }).public;
const bytesOf = (key: string) => Buffer.from(key.split(" ")[1] ?? "", "base64");
const otherBlob = other.public.split(" ")[1] ?? "";

let server: SshServer;
beforeAll(async () => {
  server = await SshServer.start();
});
afterAll(async () => server[Symbol.asyncDispose]());

/** Stricter than ssh, on purpose: a key that somebody revoked is nobody's; authorities can't be asked yet. */
const stricter: ReadonlySet<string> = new Set([
  "revoked, no",
  "revoked at SSH's own port, accept-new",
  "revoked, parted by tabs",
  "an authority, accept-new",
]);

function homeOf({ known = "", config = "", files = {} }: (typeof cases)[string]): Home {
  const home = new Home();
  const fill = (text: string) =>
    text
      .replaceAll("{A}", server.connection.hostKey)
      .replaceAll("{A64}", server.connection.hostKey.split(" ")[1] ?? "")
      .replaceAll("{unpadded}", (server.connection.hostKey.split(" ")[1] ?? "").replace(/=+$/, ""))
      .replaceAll("{B}", other.public)
      .replaceAll("{B64}", otherBlob)
      .replaceAll("{cut}", otherBlob.slice(0, 60))
      .replaceAll("{rsa}", rsa)
      .replaceAll("{home}", join(home.path, ".ssh"));
  const global = /GlobalKnownHostsFile/.test(config) ? "" : "\nGlobalKnownHostsFile none";
  const user = /UserKnownHostsFile/.test(config) ? "" : "\nUserKnownHostsFile {home}/known_hosts";
  home.have({ login: login.private, config: fill(`Host *\n${config}${global}${user}\n`), known_hosts: fill(known) });
  home.have(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, fill(text)])));
  return home;
}

/** What kvmnet makes of the key that a host shows. */
function judged(connection: Connection, expected = {}, key = server.connection.hostKey) {
  const target = route({ ...connection, user: "root" }).at(-1) as Target;
  return new HostKeyPolicy(target, { last: true, ...expected }).judge(bytesOf(key));
}

test.each(Object.entries(cases))(
  "a key is taken as ssh takes it: %s",
  async (name, one) => {
    using home = homeOf(one);
    const { host = "kvm1", port } = one;
    const mine = judged({ host, ...(port !== undefined && { port }) });
    const theirs = await sshTakes(home, server.connection, { host, port });
    expect({ taken: !(mine instanceof HostError), why: mine, ssh: theirs.said }).toMatchObject({
      taken: theirs.taken && !stricter.has(name),
    });
  },
  30_000,
);

test("a revocation list in binary is refused in words, not passed over", () => {
  using home = homeOf({ known: "kvm1 {A}", config: "RevokedHostKeys {home}/krl", files: { list: "{B}\n" } });
  const folder = join(home.path, ".ssh");
  execFileSync("ssh-keygen", ["-q", "-k", "-f", join(folder, "krl"), join(folder, "list")]);
  expect(readFileSync(join(folder, "krl"), "latin1")).toMatch(/^SSHKRL\n/);
  expect(judged({ host: "kvm1" })).toMatchObject({
    kind: "hostKey",
    message: expect.stringMatching(/RevokedHostKeys ~\/\.ssh\/krl is a key revocation list \(KRL\).*\nKeep it as text/),
  });
});

describe("the program's word beats ~/.ssh/config", () => {
  const no = { config: "StrictHostKeyChecking no" };

  test.each([
    ["a hostKey", { hostKey: other.public }, {}],
    ["the key on record", {}, { recorded: [other.public] }],
    ["the machine that it has to be", {}, { oneOf: [other.public] }],
  ])("another key than %s is refused, also with StrictHostKeyChecking no", (_, connection, expected) => {
    using _home = homeOf(no);
    expect(judged({ host: "kvm1", ...connection }, expected)).toMatchObject({ kind: "hostKey" });
  });

  test.each([
    ["@revoked of all hosts", { known: "@revoked * {A}" }],
    ["RevokedHostKeys", { config: "RevokedHostKeys {home}/revoked", files: { revoked: "{A}\n" } }],
  ])("a hostKey and a recorded key that %s names are refused", (_, files) => {
    using _home = homeOf(files);
    const key = server.connection.hostKey;
    expect(judged({ host: "kvm1", hostKey: key })).toMatchObject({ message: expect.stringMatching(/is revoked in/) });
    expect(judged({ host: "kvm1" }, { recorded: [key] })).toMatchObject({
      message: expect.stringMatching(/is revoked in/),
    });
  });

  test("a hostKey counts also where the machine has to be one of another key", () => {
    using _home = homeOf({});
    const oneOf = [server.connection.hostKey];
    expect(judged({ host: "kvm1", hostKey: other.public }, { oneOf })).toMatchObject({ kind: "hostKey" });
    expect(judged({ host: "kvm1", hostKey: server.connection.hostKey }, { oneOf })).toBe("hostKey");
  });

  test("a hostKey vouches for a key that known_hosts has otherwise, and for one that is not on record", () => {
    using _home = homeOf({ known: "kvm1 {B}" });
    const hostKey = server.connection.hostKey;
    expect(judged({ host: "kvm1", hostKey }, { recorded: [other.public] })).toBe("hostKey");
  });

  test("a new key in known_hosts vouches for a machine that was installed anew; accept-new does not", () => {
    using home = homeOf({ known: "kvm1 {A}" });
    expect(judged({ host: "kvm1" }, { recorded: [other.public] })).toBe("known_hosts");
    home.have({ known_hosts: "", config: `Host *\n${accept}\n` });
    expect(judged({ host: "kvm1" }, { recorded: [other.public] })).toMatchObject({
      message: expect.stringMatching(/the state has SHA256:.*\n.*known_hosts, or set connection\.hostKey/),
    });
  });

  test("a key that has to be known before is not taken on first use", () => {
    using home = homeOf({ config: accept });
    expect(judged({ host: "kvm1" })).toBe("accept-new");
    expect(judged({ host: "kvm1" }, { mustBeKnown: true })).toMatchObject({ kind: "hostKey" });
    home.have({ config: "Host *\nStrictHostKeyChecking no\n" });
    expect(judged({ host: "kvm1" })).toBe("nobody");
    expect(judged({ host: "kvm1" }, { mustBeKnown: true })).toMatchObject({ kind: "hostKey" });
  });
});

test("no password goes to a machine whose key is not the known one, whatever StrictHostKeyChecking says", () => {
  using _home = homeOf({ known: "kvm1 {B}", config: "StrictHostKeyChecking no" });
  expect(judged({ host: "kvm1" })).toBe("nobody");
  expect(judged({ host: "kvm1", password: "hunter2" })).toMatchObject({ kind: "hostKey" });
  expect(judged({ host: "kvm1", sudo: { password: "hunter2" } })).toMatchObject({ kind: "hostKey" });
});

test("CheckHostIP: an address that is known by another key is refused", () => {
  using _home = homeOf({ known: "kvm1 {A}\n192.0.2.7 {B}\n192.0.2.8 {A}", config: "CheckHostIP yes" });
  const target = route({ host: "kvm1" }).at(-1) as Target;
  const policy = new HostKeyPolicy(target, { last: true });
  const key = bytesOf(server.connection.hostKey);
  expect(policy.judge(key, "192.0.2.7")).toMatchObject({ message: expect.stringMatching(/CheckHostIP/) });
  expect([policy.judge(key, "192.0.2.8"), policy.judge(key, "192.0.2.9")]).toEqual(["known_hosts", "known_hosts"]);
});

test("of a host's keys, one that can be checked is asked for", () => {
  using _home = homeOf({ known: "kvm1 {rsa}" });
  const target = route({ host: "kvm1" }).at(-1) as Target;
  const preferred = (expected: object) => new HostKeyPolicy(target, { last: true, ...expected }).preferredTypes;
  expect(preferred({})).toEqual(["ssh-rsa"]);
  // What known_hosts has is newer than what is on record, unless it has that too.
  expect(preferred({ recorded: [other.public] })).toEqual(["ssh-rsa", "ecdsa-sha2-nistp256"]);
  expect(preferred({ recorded: [rsa, other.public] })).toEqual(["ssh-rsa", "ecdsa-sha2-nistp256"]);
  expect(preferred({ oneOf: [other.public], recorded: [rsa] })).toEqual(["ecdsa-sha2-nistp256"]);
});
