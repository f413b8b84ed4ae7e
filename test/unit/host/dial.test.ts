import { Hosts } from "../../../provider/host/hosts";
import { Session } from "../../../provider/host/ssh/session";
import { keyPair } from "../support/keyPair";
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
  await expect(hosts.reach(connection, { patient: true })).rejects.toMatchObject({ kind: "hostKey" });
  expect(way.connections).toBe(2);
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
