import { leased } from "../../../simulation/changes";
import { nics, type Prepared, prepare } from "../../../simulation/host";
import { Machine } from "../../../simulation/machine";

/** What has the host's address, by whom the kernel thinks it has one, and who asks for it. */
async function addressed({ simulation, engine }: Prepared) {
  const { links, dhcpClients = [], ifstate } = await engine.facts();
  return {
    links: links.flatMap(({ name, addresses }) =>
      addresses
        .filter(({ scope, family }) => scope === "global" && family === "inet")
        .map(({ local }) => `${name} ${local}`),
    ),
    ends: links.flatMap(({ addresses }) =>
      addresses.filter(({ dynamic }) => dynamic).map(({ validLifetime }) => validLifetime > 0 && validLifetime <= 3600),
    ),
    clients: dhcpClients.map(({ program, link }) => `${program} ${link}`),
    up: [...(ifstate?.keys() ?? [])].filter((name) => name !== "lo"),
    file:
      simulation.machine.read("/etc/network/interfaces") === leased.files?.["/etc/network/interfaces"]
        ? "as before"
        : "changed",
  };
}

const before = {
  ...{ links: ["enp1s0 192.0.2.150"], ends: [true], clients: ["dhclient enp1s0"], up: ["enp1s0"], file: "as before" },
};
const after = {
  ...{ links: ["br0 192.0.2.150"], ends: [true], clients: ["dhclient br0"], up: ["br0"], file: "changed" },
};

describe("a lease of ifupdown's client goes over to the bridge with its NIC", () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start(nics);
  }, 60_000);
  afterAll(() => machine[Symbol.asyncDispose]());

  const host = () => prepare(machine, leased);

  test("and the server knows it there: the address stays, one client asks", async () => {
    const prepared = await host();
    expect(await addressed(prepared)).toEqual(before);
    expect(await prepared.engine.transact(prepared.planned)).toBe("confirmed");
    expect(await addressed(prepared)).toEqual(after);
    await prepared.simulation.boot();
    expect(await addressed(prepared)).toEqual(after);
  }, 60_000);

  test("and comes back with a change that is taken back", async () => {
    const prepared = await host();
    const { planned, engine } = prepared;
    const change = { ...planned.change, timeout: 12 };
    expect(await engine.transact({ ...planned, change, missing: () => ["something"] })).toBe("rolled back");
    expect(await addressed(prepared)).toEqual(before);
  }, 60_000);

  test("and is the NIC's at the boot after a power cut", async () => {
    const prepared = await host();
    await prepared.engine.transact(prepared.planned, { dies: "applied" });
    await prepared.simulation.boot("synced");
    expect(await addressed(prepared)).toEqual(before);
  }, 60_000);

  test("a server that is silent by then keeps no host from its address", async () => {
    const prepared = await host();
    const { simulation, planned, engine } = prepared;
    simulation.dhcp.answers = false;
    expect(await engine.transact(planned)).toBe("rolled back");
    const { links, clients, file } = await addressed(prepared);
    expect({ links, clients, file }).toEqual({ links: before.links, clients: before.clients, file: before.file });
    expect((await engine.facts()).routes.find(({ destination }) => destination === "default")).toMatchObject({
      device: "enp1s0",
    });
  }, 240_000);
});
