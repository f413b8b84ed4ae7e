import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fences } from "../lab/documented";
import { homelabIn, programIn, replaced } from "./documentedProjects";
import { SimulatedHost } from "./host/simulatedHost";
import { homeOf, type Replaced, type } from "./typed";

const minutes = 60_000;
const noVlan = "this machine's kernel may have no VLANs; test/acceptance/wholeHome makes them";
const twoNics = `network:
  version: 2
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24]
      routes: [{to: default, via: 192.0.2.1}]
    enp2s0: {}
`;
const [start = ""] = fences("README.md", "sh").filter((text) => text.includes("stacks/Pulumi.home.yaml"));
const noMake: Replaced = [[/^make build$/, ":", "it is built already"]];
const links = async (host: SimulatedHost, bridge: string) =>
  (await host.must(["ls", `/sys/class/net/${bridge}/brif`])).split("\n").filter(Boolean);

test(
  "README's homelab in a YAML file is made from its example, looked at, and given back",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web", { running: false });
    await using home = await homeOf(host);
    const cwd = await homelabIn(join(home.home, "checkout"));
    const said = await type(home, start, noMake, { cwd });
    expect(said).toMatch(/\+ 8 to create/);
    expect(said.trimEnd()).toMatch(/"web":/);
    expect(await links(host, "br0")).toEqual(["enp1s0"]);
    expect(web.inactive).toMatchObject([{ source: { "@network": "lan" } }]);
    await type(home, "pulumi preview --expect-no-changes\npulumi destroy", [], { cwd });
    expect(web.inactive).toEqual([]);
  },
  10 * minutes,
);

/** A page's stack instead of the example that one would edit. */
const written: Replaced = [
  [/^cp stacks\/Pulumi.example.yaml (.*)$/, "cp ~/page.yaml $1", "edited: it has what the page has"],
  [/^pulumi stack output vms$/, "pulumi stack output hosts", "looked at by the test"],
];

test(
  "docs/severalBridges.md's stack is made on one host, and goes",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan: twoNics, nics: ["enp1s0", "enp2s0"] });
    const hub = host.libvirt.define("hub", { running: false });
    await using home = await homeOf(host);
    const [stack = ""] = fences("docs/severalBridges.md", "yaml");
    const config = replaced(stack, "uplink: { link: enp1s0, vlan: 20 }", "uplink: enp2s0", noVlan);
    await writeFile(join(home.home, "page.yaml"), `config:\n${config.replaceAll(/^/gm, "  ")}`);
    const cwd = await homelabIn(join(home.home, "checkout"));
    await type(home, start, [...noMake, ...written], { cwd });
    const ports = () => Promise.all(["br0", "br20", "alone"].map((bridge) => links(host, bridge)));
    expect(await ports()).toEqual([["enp1s0"], ["enp2s0"], []]);
    const networks = host.libvirt.networks.map(({ name, defined }) => [name, defined?.bridge["@name"]]);
    expect(Object.fromEntries(networks)).toEqual({ lan: "br0", things: "br20", backstage: "alone" });
    expect(hub.inactive.map(({ source }) => source["@network"]).sort()).toEqual(["lan", "things"]);
    await type(home, "pulumi preview --expect-no-changes\npulumi destroy", [], { cwd });
    expect(await host.must(["ls", "/etc/netplan"])).toBe("01-netcfg.yaml\n");
  },
  10 * minutes,
);

test(
  "docs/severalBridges.md's program is made on one host, and goes",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan: twoNics, nics: ["enp1s0", "enp2s0"] });
    await using home = await homeOf(host);
    const [program = ""] = fences("docs/severalBridges.md", "ts");
    const code = replaced(program, '{ link: "enp1s0", vlan: 20 }', '"enp2s0"', noVlan);
    const folder = await programIn(join(home.home, "program"), code);
    const typed =
      "pulumi login --local\npulumi stack init home\npulumi up\npulumi stack output networks\npulumi preview --expect-no-changes";
    expect(await type(home, typed, [], { cwd: folder })).toContain('["net0","net1","net2"]');
    expect(await Promise.all(["br0", "br20", "br9"].map((bridge) => links(host, bridge)))).toEqual([
      ["enp1s0"],
      ["enp2s0"],
      [],
    ]);
    await type(home, "pulumi destroy", [], { cwd: folder });
    expect(await host.must(["ls", "/etc/netplan"])).toBe("01-netcfg.yaml\n");
  },
  10 * minutes,
);
