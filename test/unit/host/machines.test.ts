import { getHostFunction } from "../../../provider/functions/getHost/getHost";
import { Hosts } from "../../../provider/host/hosts";
import { Records } from "../../../provider/host/records";
import { keyPair } from "../support/keyPair";
import { recordedHost } from "../support/recordedHosts";
import { Home } from "../support/sshClient";
import { answer, SshServer } from "../support/sshServer";

const recorded = recordedHost("dhcpDebian13").toString("latin1");
const factsOf = (id: string) => Buffer.from(recorded.replace(/^[0-9a-f]{32}$/m, id), "latin1");
const [idA, idB] = ["a".repeat(32), "b".repeat(32)];
const [keyA, keyB] = [keyPair(), keyPair()];
const log = { progress() {}, info() {}, warn() {} };

/** A machine with a machine-id and a key, which says what it was asked to run. */
function machine({ id = idA, key = keyA, port = 0 } = {}) {
  return SshServer.start({ onExec: answer(factsOf(id)), key, port });
}

/** The hosts of this process, and what a person is told. */
function closing(): Hosts & Disposable & { readonly told: string[] } {
  const told: string[] = [];
  const hosts = new Hosts((words) => told.push(words));
  return Object.assign(hosts, { told, [Symbol.dispose]: () => hosts.close() });
}

/** As a program has it that knows no key: that of the first contact counts. */
function acceptNew({ connection: { hostKey: _, ...connection } }: SshServer) {
  return { ...connection, strictHostKeyChecking: "accept-new" as const };
}

async function gone(server: SshServer): Promise<SshServer> {
  await server[Symbol.asyncDispose]();
  return server;
}

describe("a host that is off is not replaced by another that has its machine-id", () => {
  test.each([
    ["the state has its key", acceptNew, { hostKey: keyA.public }],
    ["the program has its key", ({ connection }: SshServer) => connection, {}],
    ["nobody has its key", acceptNew, {}],
  ])(
    "%s",
    async (_, connectionOf, known) => {
      const a = await gone(await machine());
      await using b = await machine({ key: keyB });
      using hosts = closing();
      // The clone is another resource's, and was just spoken to.
      await hosts.reachFacts(b.connection, { hostId: idA, hostKey: keyB.public });
      await expect(hosts.reachFacts(connectionOf(a), { hostId: idA, ...known })).rejects.toMatchObject({
        kind: "unreachable",
      });
      await expect(
        hosts.reachFacts(connectionOf(a), { hostId: idA, ...known, formerly: acceptNew(b) }),
      ).rejects.toMatchObject({ kind: "unreachable" });
      expect(b.logins).toBe(1);
    },
    120_000,
  );

  test("the same machine is found where it was before, by its key", async () => {
    const nowhere = await gone(await machine());
    await using a = await machine();
    using hosts = closing();
    const known = { hostId: idA, hostKey: keyA.public };
    const { host } = await hosts.reachFacts(acceptNew(nowhere), { ...known, formerly: acceptNew(a) });
    expect(host.hostKey).toBe(keyA.public.split(" ").slice(0, 2).join(" "));
  });

  test("the same machine is found at an address that the state has of it, by its key, and nobody else is", async () => {
    await using a = await machine();
    using hosts = closing();
    const moved = { ...acceptNew(a), host: "127.0.0.9" };
    const known = { hostId: idA, hostKey: keyA.public, addresses: ["127.0.0.1/24"] };
    const { facts } = await hosts.reachFacts(moved, known);
    expect(facts.machineId).toBe(idA);
    using others = closing();
    await expect(others.reachFacts(moved, { ...known, hostKey: keyB.public })).rejects.toMatchObject({
      kind: "unreachable",
    });
    expect(a.logins).toBe(1);
  });

  test("where known_hosts has the key of its new name, it is found at the one of before, and nobody else is", async () => {
    using home = new Home({ config: "Host *\n  GlobalKnownHostsFile none\n" });
    const nowhere = await gone(await machine());
    await using a = await machine();
    const { hostKey: _, ...newName } = { ...nowhere.connection };
    home.have({ known_hosts: `[127.0.0.1]:${newName.port} ${keyA.public}\n` });
    using hosts = closing();
    const found = await hosts.reachFacts(newName, { hostId: idA, formerly: acceptNew(a) });
    expect(found.facts.machineId).toBe(idA);
    home.have({ known_hosts: `[127.0.0.1]:${newName.port} ${keyB.public}\n` });
    using others = closing();
    await expect(others.reachFacts(newName, { hostId: idA, formerly: acceptNew(a) })).rejects.toMatchObject({
      kind: "unreachable",
    });
    expect(a.logins).toBe(1);
  });
});

describe("what one resource pins holds for the whole stack", () => {
  const password = "hunter2";

  test("where another machine answers, nobody logs in: a resource without a state, a function, a preview", async () => {
    await using b = await machine({ id: idB, key: keyB });
    using hosts = closing();
    const { privateKey: _, ...connection } = { ...acceptNew(b), password };
    const read = hosts.reachFacts(connection, { hostId: idA, hostKey: keyA.public });
    await expect(read).rejects.toMatchObject({ kind: "hostKey" });
    await expect(hosts.reachFacts(connection)).rejects.toMatchObject({ kind: "hostKey" });
    await expect(hosts.reachFacts({ ...connection, user: "admin" }, { retries: true })).rejects.toMatchObject({
      kind: "hostKey",
    });
    const { signal } = new AbortController();
    await expect(getHostFunction.call({ hosts, log, signal }, { connection })).rejects.toMatchObject({
      kind: "hostKey",
    });
    expect({ logins: b.logins, passwords: b.passwords }).toEqual({ logins: 0, passwords: [] });
    // The server does let in who takes its key.
    await hosts.reachFacts({ ...connection, hostKey: keyB.public });
    expect(b.passwords).toEqual([password]);
  });

  test("a machine that another resource is said to be on at the same address is not taken for its own", async () => {
    await using a = await machine({ key: keyA });
    using hosts = closing();
    const { privateKey: _, ...connection } = acceptNew(a);
    const mine = { ...connection, password: "of-b-alone" };
    const onB = { hostId: idB, hostKey: keyB.public };
    await expect(hosts.reachFacts(mine, onB)).rejects.toMatchObject({ kind: "hostKey" });
    // The program has moved another resource here, which by its state is on A.
    await hosts.reachFacts({ ...connection, password: "of-a-alone" }, { hostId: idA, hostKey: keyA.public });
    await expect(hosts.reachFacts({ ...mine, perDialTimeout: 10 }, onB)).rejects.toMatchObject({ kind: "hostKey" });
    expect(a.passwords).toEqual(["of-a-alone"]);
  });

  test("the key of the first contact holds for the process, also where nothing was on record", async () => {
    const a = await machine();
    using hosts = closing();
    const { port } = a.connection;
    await hosts.reach(acceptNew(a));
    await gone(a);
    await using b = await machine({ id: idB, key: keyB, port });
    await expect(hosts.reachFacts({ ...acceptNew(b), user: "other" })).rejects.toMatchObject({ kind: "hostKey" });
    expect(b.logins).toBe(0);
  });

  test("a host is the same one however its name is written, and whoever logs in on the way", async () => {
    await using b = await machine({ id: idB, key: keyB });
    using hosts = closing();
    const named = { ...acceptNew(b), host: "localhost" };
    await hosts.reach(named, { hostId: idA, hostKey: keyA.public }).catch(() => undefined);
    await expect(hosts.reach({ ...named, host: "LocalHost", user: "other" })).rejects.toMatchObject({
      kind: "hostKey",
    });
    const records = new Records();
    const proxy = { host: "jump", user: "root", port: 22 };
    records.learn({ host: "kvm1", proxy }, { hostKey: keyA.public });
    expect(records.keysAt({ host: "KVM1", port: 22, proxy: { host: "jump", user: "me" } })).toHaveLength(1);
    expect(records.keysAt({ host: "kvm1" })).toEqual([]);
  });

  test("a connection that took any key is none for who has one on record", async () => {
    await using b = await machine({ id: idB, key: keyB });
    using hosts = closing();
    const connection = { ...acceptNew(b), strictHostKeyChecking: "no" as const };
    await hosts.reach(connection);
    await expect(hosts.reach(connection, { hostId: idB, hostKey: keyA.public })).rejects.toMatchObject({
      kind: "hostKey",
    });
  });

  test("a key of the first contact counts no more once a state has another", async () => {
    await using clone = await machine({ key: keyB });
    using hosts = closing();
    await hosts.reachFacts(acceptNew(clone));
    const known = { hostId: idA, hostKey: keyA.public };
    await expect(hosts.reachFacts(acceptNew(clone), known)).rejects.toMatchObject({ kind: "hostKey" });
  });

  test("of an operation that has ended, nothing is left", async () => {
    await using b = await machine({ id: idB, key: keyB });
    using hosts = closing();
    await hosts.reachFacts(acceptNew(b), { hostId: idA, hostKey: keyA.public }).catch(() => undefined);
    hosts.forget();
    expect((await hosts.reachFacts({ ...acceptNew(b), user: "other" })).facts.machineId).toBe(idB);
  });
});

describe("a host that was installed anew", () => {
  const known = { hostId: idA, hostKey: keyA.public };

  test("is refused until the user says so", async () => {
    await using anew = await machine({ id: idB, key: keyB });
    using hosts = closing();
    await expect(hosts.reachFacts(acceptNew(anew), known)).rejects.toThrow(/the state has SHA256.*\n.*installed anew/);
  });

  test.each(["hostKey", "known_hosts"] as const)("is a new machine once %s has its key", async (where) => {
    using home = new Home({ config: "Host *\n  GlobalKnownHostsFile none\n" });
    await using anew = await machine({ id: idB, key: keyB });
    const { hostKey, ...unknown } = anew.connection;
    if (where === "known_hosts") home.have({ known_hosts: `[127.0.0.1]:${unknown.port} ${hostKey}\n` });
    using hosts = closing();
    await expect(hosts.reachFacts(where === "hostKey" ? anew.connection : unknown, known)).rejects.toMatchObject({
      kind: "newMachine",
      message: expect.stringMatching(/the machine is a new one: its machine-id is b+ instead of a+, and its host key/),
    });
    expect(hosts.told).toEqual([expect.stringMatching(/installed anew, or with new keys, as \S+ has the key/)]);
  });

  test("is not one of the stack's others that answers at its address", async () => {
    await using b = await machine({ id: idB, key: keyB });
    using hosts = closing();
    hosts.reach({ ...b.connection, host: "localhost" }, { hostId: idB, hostKey: keyB.public }).catch(() => undefined);
    await expect(hosts.reachFacts(b.connection, known)).rejects.toMatchObject({ kind: "otherMachine" });
  });

  test("with new keys and the old machine-id is the same, and a person is told", async () => {
    await using rekeyed = await machine({ key: keyB });
    using hosts = closing();
    const { host } = await hosts.reachFacts(rekeyed.connection, known);
    expect(host.hostKey).toBe(keyB.public.split(" ").slice(0, 2).join(" "));
    expect(hosts.told).toHaveLength(1);
  });

  test("another machine-id with the old key is another machine: both may be made from one image", async () => {
    await using b = await machine({ id: idB });
    using hosts = closing();
    await expect(hosts.reachFacts(b.connection, known)).rejects.toMatchObject({
      kind: "otherMachine",
      message: expect.stringMatching(/It has the same host key: .*ssh-keygen -A.*\/etc\/machine-id/),
    });
  });
});

describe("a clone: the same machine-id, another key", () => {
  test("that nobody vouches for is refused by name, with what to do", async () => {
    await using a = await machine();
    await using b = await machine({ key: keyB });
    using hosts = closing();
    await hosts.reachFacts(a.connection, { hostId: idA, hostKey: keyA.public });
    await expect(hosts.reachFacts(acceptNew(b))).rejects.toThrow(
      new RegExp(
        `it has the machine-id a+ of root@127\\.0\\.0\\.1:${a.connection.port}, and another host key.*\\n.*systemd-machine-id-setup`,
      ),
    );
  });

  test("that the program vouches for is worked with, and told once; the one that is off is not forgotten", async () => {
    const a = await gone(await machine());
    await using b = await machine({ key: keyB });
    using hosts = closing();
    const ofA = { hostId: idA, hostKey: keyA.public };
    await expect(hosts.reachFacts(a.connection, ofA)).rejects.toMatchObject({ kind: "unreachable" });
    for (let times = 0; times < 2; times += 1) await hosts.reachFacts(b.connection, { retries: true });
    expect(hosts.told).toEqual([expect.stringMatching(/systemd-machine-id-setup/)]);
  });
});
