import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fences } from "../lab/documented";
import { programIn } from "./documentedProjects";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";
import { homeOf, type Replaced, type } from "./typed";

const minutes = 60_000;

/** What nobody is there to answer is said on the command line. */
const answers: Replaced = [
  [
    /^(pulumi new \S+)$/,
    "$1 --yes --name home --stack home --config host=kvm1.example --config vm=web",
    "nobody is there to answer",
  ],
  [/^(pulumi (stack|plugin) rm .*|pulumi state delete .*)$/, "$1 --yes", "nobody is there to ask"],
  [/^(pulumi import .*)$/, "$1 --yes --protect=false", "nobody is there to ask"],
  [/^(node .* clean .*)$/, "$1 --yes", "nobody is there to ask"],
  [/^alias kvmnet='(.*)'$/, 'kvmnet() { $1 "$@"; }', "a shell that is no terminal has no aliases"],
];

const commandsOf = (page: string) => fences(`docs/${page}`, "sh").join("\n");

test(
  "one host is bridged, looked at and given back, as the pages have it",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web", { running: false });
    await using home = await homeOf(host);
    const cwd = join(home.home, "home");
    await type(home, commandsOf("oneHost.md"), answers);
    expect(web.inactive).toMatchObject([{ source: { "@network": "lan" } }]);
    expect(await type(home, `${commandsOf("doctor.md")}\ncat kvm1.svg`, answers)).toMatch(/<svg/);
    await type(home, commandsOf("uninstall.md"), answers, { cwd });
    expect(web.inactive).toEqual([]);
    expect(host.has("/var/lib/kvmnet")).toBe(false);
    expect(await host.must(["ls", "/etc/netplan"])).toBe("01-netcfg.yaml\n");
  },
  5 * minutes,
);

/** A bridge by hand, as another tool's template may have it. */
const byHand = `network:
  version: 2
  ethernets:
    enp1s0: {}
  bridges:
    br0:
      interfaces: [enp1s0]
      addresses: [192.0.2.100/24]
      routes: [{to: default, via: 192.0.2.1}]
      parameters: {stp: false, forward-delay: 0}
`;
const network = `<network><name>lan</name><forward mode="bridge"/><bridge name="br0"/></network>`;
const nic = `<interface type="network"><mac address="52:54:00:12:34:56"/><source network="lan"/><model type="virtio"/></interface>`;

/** A host with what another tool has made, a home that reaches it, and all that is not kvmnet's on the host. */
async function madeElsewhere() {
  const host = await SimulatedHost.start("kvm1", { netplan: byHand });
  const web = host.libvirt.define("web", { running: false });
  const virsh = (args: readonly string[], input = "") => host.libvirt.virsh(["-c", "qemu:///system", ...args], input);
  await virsh(["net-define", "/dev/stdin"], network);
  await virsh(["net-start", "lan"]);
  await virsh(["net-autostart", "lan"]);
  await virsh(["attach-device", "web", "/dev/stdin", "--config"], nic);
  const picture = async () => [
    await host.must(["sh", "-c", "ip -o -4 address; ip route; ls /sys/class/net/br0/brif; cat /etc/netplan/*"]),
    JSON.stringify([host.libvirt.networks, web.inactive]),
  ];
  const home = await homeOf(host);
  return {
    ...{ home, picture, cwd: join(home.home, "moved") },
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
    },
  };
}

const [first = "", takeOver = "", forget = ""] = fences("docs/moving.md", "sh");
const [program = ""] = fences("docs/moving.md", "yaml");
const prepared = ["pulumi login --local", "pulumi plugin install resource kvmnet 0.1.0 --file ~/kvmnet/provider"];

test(
  "what another tool has made is taken over and given back, as docs/moving.md has it",
  async () => {
    await using there = await madeElsewhere();
    const { home, picture, cwd } = there;
    const before = await picture();
    expect(before[1]).toContain("52:54:00:12:34:56");
    await type(home, [...prepared, first].join("\n"), answers);
    await writeFile(join(cwd, "Pulumi.yaml"), program);
    expect(await type(home, takeOver, answers, { cwd })).toContain("br0 is there already");
    expect(await picture()).toEqual(before);
    await type(home, "pulumi destroy", answers, { cwd });
    expect(await picture()).toEqual(before);
  },
  5 * minutes,
);

/** What the state has of a network and a VM on it that @pulumi/libvirt made. */
function stateOfLibvirt(): string {
  const urn = (type: string, name: string) => `urn:pulumi:moved::moved::${type}::${name}`;
  const stack = { urn: urn("pulumi:pulumi:Stack", "moved-moved"), type: "pulumi:pulumi:Stack", custom: false };
  const of = (type: string, name: string, id: string, inputs: object, more: object = {}) => ({
    ...{ urn: urn(type, name), type, custom: true, id, inputs, outputs: inputs, ...more },
  });
  const id = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const provider = of("pulumi:providers:libvirt", "default_0_5_4", id, { version: "0.5.4" });
  const its = { parent: stack.urn, provider: `${provider.urn}::${id}` };
  const lan = of("libvirt:index/network:Network", "lan", "5d2f3b0a", { mode: "bridge", bridge: "br0" }, its);
  const web = of("libvirt:index/domain:Domain", "web", "6b1f3f0a", {}, { ...its, dependencies: [lan.urn] });
  const manifest = { time: "2026-01-01T00:00:00Z" };
  return JSON.stringify({ version: 3, deployment: { manifest, resources: [stack, provider, lan, web] } });
}

test(
  "a stack of @pulumi/libvirt's, whose plugin is nowhere, goes on with kvmnet, as docs/moving.md has it",
  async () => {
    await using there = await madeElsewhere();
    const { home, picture, cwd } = there;
    const before = await picture();
    await type(home, [...prepared, first].join("\n"), answers);
    await writeFile(join(cwd, "Pulumi.yaml"), program);
    await writeFile(join(cwd, "state.json"), stateOfLibvirt());
    await type(home, "pulumi stack init moved\npulumi stack import --file state.json", answers, { cwd });
    await expect(type(home, "pulumi up", answers, { cwd })).rejects.toThrow(
      "could not load provider for resource urn:pulumi:moved::moved::libvirt:",
    );
    expect(await picture()).toEqual(before);

    await type(home, forget, answers, { cwd });
    await type(home, takeOver.replace("pulumi stack init moved\n", ""), answers, { cwd });
    expect(await picture()).toEqual(before);
  },
  5 * minutes,
);

test(
  "what a host has is imported as docs/adopting.md has it, and the code there changes nothing",
  async () => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web");
    host.writeFile("/etc/passwd", `${host.readFile("/etc/passwd")}qemu:x:107:104::/:/bin/false\n`);
    await using maker = await SimulatedStack.start(host);
    const as = { br: { forwardDelay: 15 }, nic: { macAddress: "52:54:00:12:34:56" }, tap: { owner: "qemu" } };
    await maker.stack.up(programOf(host, ["br", "filter", "lan", "nic", "tap"], as));
    await using home = await homeOf(host);
    const cwd = join(home.home, "adopted");
    await type(home, [...prepared, "mkdir ~/adopted"].join("\n"), answers);
    await writeFile(join(cwd, "Pulumi.yaml"), "name: adopted\nruntime: yaml\n");
    await type(home, `pulumi stack init adopted\n${commandsOf("adopting.md")}`, answers, { cwd });
    const [code = ""] = fences("docs/adopting.md", "ts");
    await programIn(cwd, code, "adopted");
    const said = await type(home, "pulumi preview --expect-no-changes", answers, { cwd });
    expect(said).toMatch(/6 unchanged/);
  },
  5 * minutes,
);
