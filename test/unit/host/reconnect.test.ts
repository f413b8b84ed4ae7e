import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os, { tmpdir } from "node:os";
import { join } from "node:path";
import { Hosts } from "../../../provider/host/hosts";
import { recordedHost } from "../support/recordedHosts";
import { answer, Listener, relay, SshServer } from "../support/sshServer";

const recorded = recordedHost("dhcpDebian13").toString("latin1");
/** What a host prints of itself, with a machine-id of its own. */
const factsOf = (id: string) => Buffer.from(recorded.replace(/^[0-9a-f]{32}$/m, id), "latin1");
const idOf = (index: number) => index.toString(16).padStart(32, "0");

/** The hosts of this process, whose connections end with the test. */
function closing(): Hosts & Disposable {
  const hosts = new Hosts();
  return Object.assign(hosts, { [Symbol.dispose]: () => hosts.close() });
}

test("fifty hosts at once, with five resources on each: one login to each host", async () => {
  const servers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => SshServer.start({ onExec: answer(factsOf(idOf(index))), sessions: 1 })),
  );
  const hosts = new Hosts();
  const asked = servers.flatMap((server, index) =>
    Array.from({ length: 5 }, () => hosts.reachFacts(server.connection, { hostId: idOf(index), retries: true })),
  );
  const found = await Promise.all(asked);
  expect(new Set(found.map(({ facts }) => facts.machineId)).size).toBe(50);
  expect(servers.map(({ logins }) => logins)).toEqual(Array(50).fill(1));
  hosts.close();
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
}, 60_000);

test("a host is looked at once, however many only look, and anew once something was done on it", async () => {
  let looks = 0;
  await using server = await SshServer.start({
    onExec: (channel) => {
      looks += 1;
      answer(factsOf(idOf(7)))(channel);
    },
  });
  using hosts = closing();
  for (let index = 0; index < 200; index += 1) await hosts.reachFacts(server.connection, { hostId: idOf(7) });
  expect(looks).toBe(1);

  const { host } = await hosts.reachFacts(server.connection);
  await host.run(["true"], { purpose: "do something" });
  await hosts.reachFacts(server.connection);
  await hosts.reachFacts(server.connection);
  expect(looks).toBe(3);

  const [, doing] = await Promise.all([
    host.readFreshFacts(),
    host.run(["true"], { purpose: "do something meanwhile" }),
  ]);
  expect(doing.code).toBe(0);
  await hosts.reachFacts(server.connection);
  expect(looks).toBe(6);

  await hosts.reachFacts(server.connection, { fresh: true });
  expect(looks).toBe(7);
});

test("a change begins with what was just read of its host, unless something was done there meanwhile or it is a while ago", async () => {
  let reads = 0;
  await using server = await SshServer.start({
    onExec: (channel, _client, command) => {
      if (!command.endsWith(" true")) reads += 1;
      answer(factsOf(idOf(7)))(channel);
    },
  });
  using hosts = closing();
  // The same machine over another connection, as another resource has it.
  const others = { ...server.connection, perDialTimeout: 14 };
  const [{ host }, { host: other }] = [
    await hosts.reachFacts(server.connection, { retries: true }),
    await hosts.reachFacts(others, { retries: true }),
  ];
  const now = jest.spyOn(performance, "now").mockReturnValue(performance.now());
  try {
    const after = (ms: number) => now.mockReturnValue(performance.now() + ms);
    after(1);
    await host.readFreshFacts();
    expect(reads).toBe(3);
    after(249);
    expect((await hosts.reachFacts(server.connection, { retries: true })).host).toBe(host);
    await host.readRecentFacts();
    expect(reads).toBe(3);
    after(1);
    await host.readRecentFacts();
    expect(reads).toBe(4);

    after(1);
    await other.run(["true"], { purpose: "do something over the other connection" });
    await host.readRecentFacts();
    expect(reads).toBe(5);

    // It was read while something was done.
    const doing = other.run(["true"], { purpose: "do something meanwhile" });
    after(1);
    await host.readFreshFacts();
    after(1);
    await doing;
    await host.readRecentFacts();
    expect(reads).toBe(7);

    // Of several at once one reads for all; not for who comes after something was done.
    after(250);
    const reading = Array.from({ length: 8 }, () => host.readRecentFacts());
    after(1);
    const done = host.run(["true"], { purpose: "do something while it is read" });
    after(1);
    await Promise.all([...reading, host.readRecentFacts(), done]);
    expect(reads).toBe(9);
    // A read that ends with somebody's operation is that one's alone.
    after(250);
    await Promise.all([host.readRecentFacts(new AbortController().signal), host.readRecentFacts()]);
    expect(reads).toBe(11);
  } finally {
    now.mockRestore();
  }
});

test("a connection that is cut while the host is looked at is made anew, and the look repeated", async () => {
  const cut: unknown[] = [];
  await using server = await SshServer.start({
    onExec: (channel, client) => {
      if (cut.push(client) > 1) return answer(factsOf(idOf(7)))(channel);
      channel.write("machineId 0 32\n0000");
      setImmediate(() => client.end());
    },
  });
  using hosts = closing();
  expect((await hosts.reachFacts(server.connection)).facts.machineId).toBe(idOf(7));
  expect(server.logins).toBe(2);
});

test("a host that cuts every connection is given up, and the error says so", async () => {
  await using server = await SshServer.start({ onExec: (_, client) => client.end() });
  using hosts = closing();
  await expect(hosts.reachFacts(server.connection)).rejects.toThrow(
    /^root@127\.0\.0\.1:\d+: could not read the host's facts: the connection was lost/,
  );
  expect(server.logins).toBe(2);
});

test("a connection that went silent is noticed, and the next one is a new one", async () => {
  const home = mkdtempSync(join(tmpdir(), "kvmnet-home-"));
  mkdirSync(join(home, ".ssh"));
  writeFileSync(join(home, ".ssh/config"), "Host *\n  ServerAliveInterval 1\n");
  jest.spyOn(os, "homedir").mockReturnValue(home);
  try {
    await using server = await SshServer.start({ onExec: (channel) => channel.write("still here") });
    // What a NAT does that forgets a connection: nothing comes through, and nobody is told.
    let silent = false;
    await using way = await Listener.start((socket, count) =>
      relay(socket, server.connection.port, () => silent && count === 1),
    );
    using hosts = closing();
    const connection = { ...server.connection, port: way.connection.port };
    const host = await hosts.reach(connection);
    const ended = host.run(["long"], { purpose: "try it" });
    silent = true;
    expect(
      await ended.then(
        () => "ended",
        (error: Error) => error.message,
      ),
    ).toMatch(/could not try it: the connection was lost/);
    expect(await hosts.reach(connection)).not.toBe(host);
    expect(way.connections).toBe(2);
  } finally {
    jest.restoreAllMocks();
    rmSync(home, { recursive: true });
  }
}, 30_000);

describe("a server that drops connections before the login", () => {
  test("is dialled again, until there is room", async () => {
    await using server = await SshServer.start();
    await using way = await Listener.start((socket, count) => {
      if (count < 4) return socket.destroy();
      relay(socket, server.connection.port);
    });
    using hosts = closing();
    const host = await hosts.reach({ ...server.connection, port: way.connection.port });
    expect(await host.run(["true"], { purpose: "try it" })).toMatchObject({ code: 0 });
    expect({ connections: way.connections, logins: server.logins }).toEqual({ connections: 4, logins: 1 });
  }, 30_000);

  test("is given up after as many dials as the connection allows, or when all their time is over", async () => {
    await using full = await Listener.start((socket) => socket.destroy());
    using hosts = closing();
    const dial = (more: object) => hosts.reach({ ...full.connection, ...more }, { retries: true });
    await expect(dial({ dialErrorLimit: 3, perDialTimeout: 1 })).rejects.toThrow(/MaxStartups.* \(\d dials in \d s\)$/);
    expect(full.connections).toBeLessThanOrEqual(3);
  }, 30_000);
});

test.each([
  [
    "greets first",
    "Welcome to kvm1!\n",
    /^root@\S+: its facts can't be read: a section without a header\.\nDoes a ForceCommand/,
  ],
  ["says it in other words", "machineId 0 4\nkvm1\n", /its facts can't be read: there is no machine-id/],
])("a host that %s is not looked at further, and the error says which it is", async (_, said, expected) => {
  await using server = await SshServer.start({ onExec: answer(said) });
  using hosts = closing();
  await expect(hosts.reachFacts(server.connection)).rejects.toThrow(expected);
});

test("a host that prints for ever ends with a limit", async () => {
  await using server = await SshServer.start({
    onExec: (channel) => {
      const flood = () => {
        while (channel.writable && channel.write("all work and no play\n".repeat(2000)));
      };
      channel.on("drain", flood);
      flood();
    },
  });
  using hosts = closing();
  await expect(hosts.reachFacts(server.connection)).rejects.toThrow(
    /^root@\S+: could not read the host's facts: it printed more than 32 MB\./,
  );
}, 60_000);

describe("a host that has another address than the state says", () => {
  /** A port that nobody listens on: a host that is no more where it was. */
  async function abandoned() {
    const listener = await Listener.start(() => {});
    await listener[Symbol.asyncDispose]();
    return listener.connection;
  }

  test("is reached where another resource of it was, once it does not answer at the old one", async () => {
    await using server = await SshServer.start({ onExec: answer(factsOf(idOf(7))) });
    using hosts = closing();
    const known = { hostId: idOf(7), patient: true };
    await hosts.reachFacts(server.connection, known);
    const old = await abandoned();
    const found = await Promise.all(Array.from({ length: 5 }, () => hosts.reachFacts(old, known)));
    expect(new Set(found.map(({ host }) => host.connection.port))).toEqual(new Set([server.connection.port]));
    expect(server.logins).toBe(1);
  });

  test.each([
    ["before it is dialled", ["bridge", "network"]],
    ["while it is dialled", ["network", "bridge"]],
  ])("is reached where the state of another resource on it says, told %s", async (_, order) => {
    await using server = await SshServer.start({ onExec: answer(factsOf(idOf(7))) });
    using hosts = closing();
    const { hostKey } = server.connection;
    // Nobody listens there: all of 127.0.0.0/8 is this machine.
    const old = { ...server.connection, host: "127.0.0.2" };
    const known = { hostId: idOf(7), hostKey };
    const addresses = { bridge: ["127.0.0.1/8"], network: undefined };
    const reading = order.map((one) =>
      hosts.reachFacts(old, { ...known, addresses: addresses[one as keyof typeof addresses] }),
    );
    for (const { facts } of await Promise.all(reading)) expect(facts.machineId).toBe(idOf(7));
    expect(server.logins).toBe(1);
    hosts.close();
    hosts.forget();
    const another = hosts.reachFacts({ ...old, port: (await abandoned()).port }, { ...known, hostId: idOf(8) });
    await expect(another).rejects.toMatchObject({ kind: "unreachable" });
  });

  test("is not mistaken for another one that was reached", async () => {
    await using server = await SshServer.start({ onExec: answer(factsOf(idOf(7))) });
    using hosts = closing();
    await hosts.reachFacts(server.connection, { hostId: idOf(7) });
    await expect(hosts.reachFacts(await abandoned(), { hostId: idOf(8) })).rejects.toMatchObject({
      kind: "unreachable",
    });
  });

  test("is another machine's where one answers: an error, though the right one is known", async () => {
    await using server = await SshServer.start({ onExec: answer(factsOf(idOf(7))) });
    await using stranger = await SshServer.start({ onExec: answer(factsOf(idOf(8))) });
    using hosts = closing();
    await hosts.reachFacts(server.connection, { hostId: idOf(7) });
    await expect(hosts.reachFacts(stranger.connection, { hostId: idOf(7) })).rejects.toMatchObject({
      kind: "otherMachine",
    });
  });
});
