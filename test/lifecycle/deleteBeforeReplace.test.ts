import { chosen } from "../lab/chosen";
import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept, owners } from "./identities";
import { type Properties, programOf, types } from "./program";
import { altered, reference, replacing, urnsOf } from "./refactor";
import { each } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const first = { deleteBeforeReplace: true };

/** A stack whose resources are deleted before they are made anew, with a VM on the bridge by the program's NIC. */
async function start(host: SimulatedHost, nic: Properties = {}) {
  host.libvirt.define("web");
  const running = await SimulatedStack.start(host);
  const program = altered(programOf(host, kept, { nic }), (one) => ({ ...one, options: first }));
  await running.stack.up(program);
  return { running, program };
}

const ways = [
  { what: "on its network", nic: {} },
  { what: "on the bridge itself", nic: { network: undefined, bridge: reference("br.name") } },
];

test.each(chosen(ways, 2, "deleted before"))(
  "--replace of all, deleted before, is refused by the first that goes while a VM runs $what",
  async ({ nic }) => {
    await using host = await SimulatedHost.start();
    const { running } = await start(host, nic);
    await using _ = running;
    const { pulumi } = running.stack;
    const [before, whose] = [await identities(host), await owners(host)];
    const { code, stdout } = await pulumi.up({ args: await replacing({ pulumi }) });
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/nothing was deleted: the bridge br0 can't be deleted: web runs on it/);
    expect(await identities(host)).toEqual(before);
    expect(await owners(host)).toEqual(whose);
  },
  5 * minutes,
);

/** A stack whose NIC is made anew with its bridge, as Pulumi is told and kvmnet is not; the order is that of the state. */
async function startTogether(
  host: SimulatedHost,
  together: object,
  order: readonly ["filter" | "nic", "filter" | "nic"],
) {
  host.libvirt.define("web");
  const running = await SimulatedStack.start(host);
  const [before, after] = order;
  const nic = { network: undefined, bridge: reference("br.name") };
  const program = altered(programOf(host, ["br", "filter", "nic"], { nic }), (one, type) => ({
    ...one,
    options: {
      ...(type === "Bridge" ? first : {}),
      ...(type === "Nic" ? together : {}),
      ...(type === types[after] && { dependsOn: [reference(before)] }),
    },
  }));
  await running.stack.up(program);
  const { pulumi } = running.stack;
  const [br = ""] = (await urnsOf(pulumi)).filter((urn) => urn.endsWith("::br"));
  return { running, replace: ["--replace", br] };
}

const together = [
  { what: "replaceOnChanges", option: { replaceOnChanges: ["bridge"] }, order: ["filter", "nic"] },
  { what: "replaceWith", option: { replaceWith: [reference("br")] }, order: ["nic", "filter"] },
] as const;

test.each(chosen(together, 2, "goes first"))(
  "a NIC that goes first, by $what, is made anew with its bridge, and is the same for its VM",
  async ({ option, order }) => {
    await using host = await SimulatedHost.start();
    const { running, replace } = await startTogether(host, option, order);
    await using _ = running;
    const { stack } = running;
    const [before, whose] = [await identities(host), await owners(host)];
    await succeeds(stack.pulumi.up({ args: replace }));
    const after = await identities(host);
    expect([after.br, ""]).not.toContain(before.br);
    expect(after.nic.split(" ")[0]).toBe(before.nic.split(" ")[0]);
    expect(await owners(host)).toEqual(whose);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    await succeeds(stack.pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);

test(
  "a NIC that goes after another one of what is made anew, by replaceOnChanges, has that refused, until it is gone",
  async () => {
    await using host = await SimulatedHost.start();
    const { running, replace } = await startTogether(host, { replaceOnChanges: ["bridge"] }, ["nic", "filter"]);
    await using _ = running;
    const { pulumi } = running.stack;
    const [before, whose] = [await identities(host), await owners(host)];
    const { code, stdout } = await pulumi.up({ args: replace });
    expect(code).not.toBe(0);
    const told = stdout.replaceAll(/\n */g, " ");
    expect(told).toMatch(
      /nothing was deleted: the bridge br0 can't be deleted: web runs on it.* Whether nic would go too/,
    );
    expect(await identities(host)).toEqual(before);
    expect(await owners(host)).toEqual(whose);

    const [, urn = ""] = /pulumi destroy --target '(\S+)'/.exec(told) ?? [];
    await succeeds(pulumi.destroy({ args: ["--target", urn, "--target-dependents"] }));
    await succeeds(pulumi.up({ args: replace }));
    expect(await owners(host)).toEqual(whose);
    const after = await identities(host);
    expect([after.br, ""]).not.toContain(before.br);
    expect(after.nic.split(" ")[0]).toBe(before.nic.split(" ")[0]);
  },
  5 * minutes,
);

test(
  "--replace of all, deleted before, makes all anew while no VM is on it",
  async () => {
    await using host = await SimulatedHost.start();
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const { pulumi } = stack;
    await stack.up(altered(programOf(host, ["br", "filter", "lan", "tap"]), (one) => ({ ...one, options: first })));
    const [before, whose] = [await identities(host), await owners(host)];
    await succeeds(pulumi.up({ args: await replacing({ pulumi }) }));
    const after = await identities(host);
    for (const name of ["br", "tap"] as const) expect([after[name], ""]).not.toContain(before[name]);
    expect(await owners(host)).toEqual(whose);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);

test(
  "a TAP of another name is replaced in the midst of the program, whatever what comes after it in that has on it",
  async () => {
    await using host = await SimulatedHost.start();
    const { running, program } = await start(host);
    await using _ = running;
    const { stack } = running;
    host.libvirt.define("db", { running: false });
    const nic = `<interface type="network"><mac address="52:54:00:00:00:02"/><source network="lan"/></interface>`;
    await host.libvirt.virsh(["-c", "qemu:///system", "attach-device", "db", "/dev/stdin", "--config"], nic);
    const before = await identities(host);
    // What is on the network is told at the end: its removal is refused, and nothing else of it.
    const { br, tap } = program.resources as Record<string, { properties: Properties }>;
    const renamed = { ...tap, properties: { ...tap?.properties, name: "tap1" } };
    await stack.say({ resources: { br, tap: renamed } });
    const { code, stdout } = await stack.pulumi.up();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/nothing was deleted: the network lan can't be deleted: db, shut off, has a NIC on it/);
    const links = await host.must(["sh", "-c", "ls /sys/class/net"]);
    expect([links.includes("tap0"), links.includes("tap1")]).toEqual([false, true]);
    expect(await identities(host)).toMatchObject({ ...before, tap: "" });
  },
  5 * minutes,
);
