import { Hosts } from "../../../provider/host/hosts";
import { Session } from "../../../provider/host/ssh/session";
import { keyPair } from "../support/keyPair";
import { Home } from "../support/sshClient";
import { Listener, relay, SshServer } from "../support/sshServer";

/** The hosts of this process, whose connections end with the test. */
function closing(): Hosts & Disposable {
  const hosts = new Hosts();
  return Object.assign(hosts, { [Symbol.dispose]: () => hosts.close() });
}

test("a host that says nothing ends with the dial's time", async () => {
  await using silent = await Listener.start(() => {});
  await expect(Session.dial(silent.connection, { timeoutMs: 100 })).rejects.toThrow(/no answer in time/);
});

test.each([
  ["text without end", "all work and no play\r\n".repeat(3000)],
  ["bytes without a line", "\0\xff".repeat(30_000)],
  ["a packet that is too long", `SSH-2.0-x\r\n${"\xff".repeat(60_000)}`],
])("a host that answers %s ends in an error", async (_, nonsense) => {
  await using served = await Listener.start((socket) => {
    const go = () => {
      while (socket.writable && socket.write(nonsense, "latin1"));
    };
    socket.on("drain", go);
    go();
  });
  const started = performance.now();
  await expect(Session.dial(served.connection, { timeoutMs: 1000 })).rejects.toThrow(/^root@127\.0\.0\.1:\d+: /);
  expect(performance.now() - started).toBeLessThan(3000);
});

test("a dial that is cancelled ends at once", async () => {
  await using silent = await Listener.start(() => {});
  const cancel = new AbortController();
  const dialled = Session.dial(silent.connection, { signal: cancel.signal });
  setTimeout(() => cancel.abort(), 20);
  await expect(dialled).rejects.toMatchObject({ kind: "cancelled" });
});

test("resources that ask at once share one connection, with more commands than the server opens channels", async () => {
  await using server = await SshServer.start({ sessions: 1 });
  using hosts = closing();
  const reached = await Promise.all(Array.from({ length: 12 }, () => hosts.reach(server.connection)));
  const results = await Promise.all(reached.map((host) => host.run(["true"], { purpose: "try it" })));
  expect(results.every(({ code }) => code === 0)).toBe(true);
  expect(server.logins).toBe(1);
}, 30_000);

test("a host that can't be reached is not dialled again to look at it, but to change it", async () => {
  await using server = await SshServer.start();
  await using way = await Listener.start((socket) => relay(socket, server.connection.port));
  const connection = { ...way.connection, hostKey: keyPair().public };
  using hosts = closing();
  for (let look = 0; look < 3; look++) await expect(hosts.reach(connection)).rejects.toMatchObject({ kind: "hostKey" });
  expect(way.connections).toBe(1);
  await expect(hosts.reach(connection, { retries: true })).rejects.toMatchObject({ kind: "hostKey" });
  expect(way.connections).toBe(2);
});

test("a host that does not answer is waited for where there is work to do, and each try is told", async () => {
  const { connection } = await Listener.start(() => {}).then(async (listener) => {
    await listener[Symbol.asyncDispose]();
    return listener;
  });
  using hosts = closing();
  const told: string[] = [];
  const waits = (words: string) => told.push(words);
  const dialled = { ...connection, dialErrorLimit: 3 };
  await expect(hosts.reach(dialled, { waits })).rejects.toThrow(/the connection was refused/);
  expect(told).toEqual([]);
  await expect(hosts.reach(dialled, { retries: true, waits })).rejects.toThrow(/\(3 dials in \d+ s\)$/);
  expect(told).toEqual([
    expect.stringMatching(/can't be reached over SSH .*; waiting for it, try 2 of 3 comes next$/),
    expect.stringMatching(/try 3 of 3 comes next$/),
  ]);
});

test("a connection that was dropped is made anew", async () => {
  await using server = await SshServer.start({ sessions: 1 });
  using hosts = closing();
  const first = await hosts.reach(server.connection);
  server.drop();
  while (first.open) await new Promise((resolve) => setImmediate(resolve));
  const second = await hosts.reach(server.connection);
  expect(await second.run(["true"], { purpose: "try it" })).toMatchObject({ code: 0 });
  expect(server.logins).toBe(2);
});

/** Bytes that stand for a part of a key, in base64 as a key's file has them, and as text. */
const secretBytes = "planted-key-7c42";
const body = Buffer.from(`${secretBytes}${"x".repeat(200)}`).toString("base64");

test.each([
  ["a line of another text in it", `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`],
  [
    "another thing in place of its cipher",
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from(`openssh-key-v1\0\0\0\0\x12Planted key\n${secretBytes}`).toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`,
  ],
  [
    "its password in place of its cipher",
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: ${secretBytes},AABB\n\n${body}\n-----END RSA PRIVATE KEY-----\n`,
  ],
])("of a private key with %s, nothing is said", async (_, privateKey) => {
  const dialled = Session.dial({ host: "192.0.2.1", user: "root", privateKey });
  await expect(dialled).rejects.toMatchObject({
    message: expect.stringMatching(
      /^root@192\.0\.2\.1: connection\.privateKey can't be used: it is no private key that can be read/,
    ),
  });
  await expect(dialled).rejects.not.toMatchObject({ message: expect.stringMatching(/planted|Planted/) });
});

test("that the host has a key of a type that can't be asked for does not keep the others from being taken", async () => {
  const string = (text: string | Buffer) => {
    const bytes = Buffer.from(text as string);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const type = "sk-ssh-ed25519@openssh.com";
  const token = `${type} ${Buffer.concat([string(type), string(Buffer.alloc(32, 7)), string("ssh:")]).toString("base64")}`;
  await using server = await SshServer.start();
  const { hostKey, ...connection } = server.connection;
  const name = `[127.0.0.1]:${connection.port}`;
  using _home = new Home({ known_hosts: `${name} ${token}\n${name} ${hostKey}\n` });
  const session = await Session.dial(connection);
  expect(session.voucher).toBe("known_hosts");
  session.close();
  await expect(Session.dial({ ...connection, hostKey: token })).rejects.toMatchObject({ kind: "hostKey" });
});
