import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept, owners } from "./identities";
import { type Properties, programOf } from "./program";
import { altered, reference, urnsOf } from "./refactor";
import { each } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const refused =
  /br0 can't be deleted: web(, shut off, has a NIC on it in the definition,| runs on it).*\n *nic was not deleted before, perhaps by its deletedWith/;

/** A stack whose resources but the bridge have an option by which Pulumi forgets them without a Delete. */
async function forgetting(
  host: SimulatedHost,
  options: object,
  types = ["BridgeNetfilter", "Network", "Nic", "Tap"],
  br: Properties = {},
) {
  const running = await SimulatedStack.start(host);
  const program = altered(programOf(host, kept, { br }), (one, type) =>
    types.includes(type) ? { ...one, options } : one,
  );
  await running.stack.up(program);
  return running;
}

const detach = (host: SimulatedHost, mac: string, ...flags: string[]) =>
  host.libvirt.virsh(["-c", "qemu:///system", "detach-interface", "web", "network", "--mac", mac, ...flags], "");

test.each([
  { option: "deletedWith", value: reference("br"), on: false, br: {}, where: "its NIC" },
  { option: "retainOnDelete", value: true, on: true, br: { uplink: "none" }, where: "nothing" },
])(
  "$option: a VM (running: $on) keeps its bridge on $where and is named; what is left without one is told, imported and destroyed",
  async ({ option, value, on, br }) => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web", { running: on });
    await using running = await forgetting(host, { [option]: value }, undefined, br);
    const { stack } = running;
    const { pulumi } = stack;
    const [before, whose] = [await identities(host), await owners(host)];

    const first = await pulumi.destroy();
    expect(first.code).not.toBe(0);
    expect(first.stdout).toMatch(refused);
    expect(await identities(host)).toEqual(before);
    expect(await owners(host)).toEqual(whose);
    expect((await urnsOf(pulumi)).map((urn) => urn.split("::").at(-1))).toEqual(["br"]);

    const [{ mac }] = web.inactive as [{ mac: { "@address": string } }];
    await detach(host, mac["@address"], "--config", ...(on ? ["--live"] : []));
    const { stdout } = await pulumi.destroy();
    expect(stdout).toMatch(
      /br0 is gone, and there is still what was on it: the network lan \(lan\); the TAP tap0 \(tap\); what is let through the bridge br0 \(filter\)\. /,
    );
    expect(await identities(host)).toEqual({ ...before, br: "", nic: "" });

    const ways = [...new Set([...stdout.matchAll(/pulumi import (\S+) '(\w+)' \S+\/(\w+)$/gm)].map(([all]) => all))];
    expect(ways).toHaveLength(3);
    await stack.say({ resources: {} });
    for (const way of ways) {
      const [, type = "", name = "", thing] = /pulumi import (\S+) '(\w+)' \S+\/(\w+)$/.exec(way) ?? [];
      await succeeds(stack.import(type, name, `kvm1.example/${thing}`));
    }
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
    expect(await owners(host)).toEqual({ Nic: "lab/nic" });
  },
  5 * minutes,
);

test(
  "deletedWith the network: it stays with a VM's NIC on it; a NIC whose VM is gone is no reason",
  async () => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web", { running: false });
    await using running = await forgetting(host, { deletedWith: reference("lan") }, ["Nic"]);
    const { pulumi } = running.stack;
    const before = await identities(host);
    const { code, stdout } = await pulumi.destroy();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/the network lan can't be deleted: web, shut off, .*\n *nic was not deleted before/);
    expect(await identities(host)).toMatchObject({ lan: before.lan, br: before.br });
    host.libvirt.undefine("web");
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);

test(
  "protect: destroy deletes nothing of what is protected, nor what that is on",
  async () => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web", { running: false });
    await using running = await forgetting(host, { protect: true }, ["Nic"]);
    const { pulumi } = running.stack;
    const [before, whose] = [await identities(host), await owners(host)];
    expect((await pulumi.destroy()).code).not.toBe(0);
    expect(await identities(host)).toEqual({ ...before, filter: "", tap: "" });
    expect(await owners(host)).toMatchObject({ Nic: whose.Nic, Network: whose.Network, Bridge: whose.Bridge });
  },
  5 * minutes,
);
