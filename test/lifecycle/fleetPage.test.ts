import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { fences } from "../lab/documented";
import { homelabIn, programIn } from "./documentedProjects";
import { SimulatedHost } from "./host/simulatedHost";
import { homeOf, type } from "./typed";

const minutes = 60_000;
const fleetPage = readFileSync(join(__dirname, "../../docs/fleet.md"), "utf8");

/** The hosts of a fleet, and a home that reaches them. */
async function fleetOf(...names: readonly string[]) {
  const hosts: SimulatedHost[] = [];
  for (const name of names) hosts.push(await SimulatedHost.start(name));
  const home = await homeOf(...hosts);
  return {
    ...{ hosts, home },
    bridged: () => hosts.filter((host) => host.has("/etc/netplan/80-kvmnet-br0.yaml")).map(({ name }) => name),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      for (const host of hosts) await host[Symbol.asyncDispose]();
    },
  };
}

const begin = "pulumi login --local\npulumi stack init home";

test(
  "docs/fleet.md's rollout of a homelab goes in its order, and its command leaves out a host that is off",
  async () => {
    await using fleet = await fleetOf("kvm1", "kvm2", "kvm3");
    const { hosts, home } = fleet;
    const cwd = await homelabIn(join(home.home, "checkout"));
    const [rollout = ""] = fences("docs/fleet.md", "yaml");
    const connections = (mtu: number) =>
      stringify(
        Object.fromEntries(
          hosts.map(({ name }) => [
            name,
            { connection: { host: `${name}.example`, perDialTimeout: 2, dialErrorLimit: 2 }, bridge: { mtu } },
          ]),
        ),
      ).replaceAll(/^(?=.)/gm, "    ");
    const say = (mtu: number) =>
      writeFile(join(cwd, "stacks/Pulumi.home.yaml"), `${rollout}  homelab:hosts:\n${connections(mtu)}`);
    await say(1500);
    expect(await type(home, `${begin}\npulumi up`, [], { cwd })).toContain("rollout: kvm1; then kvm2, kvm3.");
    expect(fleet.bridged()).toEqual(["kvm1", "kvm2", "kvm3"]);

    await hosts[1]?.turnOff();
    await say(1450);
    const [command = ""] = /(?<=is off today: `)pulumi up [^`]*/.exec(fleetPage) ?? [];
    expect(command).toContain("kvm2");
    await type(home, command, [[/^(pulumi up .*)$/, "$1 --yes", "nobody is there to ask"]], { cwd });
    const mtus = await Promise.all([0, 2].map((index) => hosts[index]?.must(["cat", "/sys/class/net/br0/mtu"])));
    expect(mtus).toEqual(["1450\n", "1450\n"]);
  },
  10 * minutes,
);

test(
  "docs/fleet.md's program changes its canary first, and the others once that is confirmed",
  async () => {
    await using fleet = await fleetOf("kvm1", "kvm2", "kvm3");
    const { hosts, home } = fleet;
    const [program = ""] = fences("docs/fleet.md", "ts");
    const cwd = await programIn(join(home.home, "program"), program);
    /** Each when its change has begun, and what was confirmed by then. */
    const order: [name: string, confirmed: string[]][] = [];
    for (const host of hosts)
      host.onCommand = (command) => {
        if (/ '?settle/.test(command)) order.push([host.name, confirmed()]);
        return undefined;
      };
    const confirmed = () =>
      hosts
        .filter((host) => host.has("/etc/netplan/80-kvmnet-br0.yaml") && !host.has("/var/lib/kvmnet/armed"))
        .map(({ name }) => name);
    await type(home, `${begin}\npulumi up`, [], { cwd });
    expect(order[0]).toEqual(["kvm3", []]);
    expect(new Set(order.slice(1).map(([name]) => name))).toEqual(new Set(["kvm1", "kvm2"]));
    for (const [, before] of order.slice(1)) expect(before).toContain("kvm3");
    expect(fleet.bridged()).toEqual(["kvm1", "kvm2", "kvm3"]);
    for (const host of hosts) expect(host.libvirt.networks).toHaveLength(1);
    await type(home, "pulumi preview --expect-no-changes\npulumi destroy", [], { cwd });
    expect(fleet.bridged()).toEqual([]);
  },
  10 * minutes,
);
