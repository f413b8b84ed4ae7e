import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fences } from "../lab/documented";
import { SimulatedHost } from "./host/simulatedHost";
import { homeOf, type Replaced, type } from "./typed";

const minutes = 60_000;

/** What nobody is there to answer is said on the command line. */
const answers: Replaced = [
  [
    /^(pulumi new \S+)$/,
    "$1 --yes --name home --stack home --config host=kvm1.example --config vm=web",
    "nobody is there to answer",
  ],
  [/^(pulumi (stack|plugin) rm .*)$/, "$1 --yes", "nobody is there to ask"],
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

test(
  "what another tool has made is taken over and given back, as docs/moving.md has it",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan: byHand });
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
    const before = await picture();
    expect(before[1]).toContain("52:54:00:12:34:56");
    await using home = await homeOf(host);
    const cwd = join(home.home, "moved");
    const prepared = ["pulumi login --local", "pulumi plugin install resource kvmnet 0.1.0 --file ~/kvmnet/provider"];
    const [first = "", second = ""] = fences("docs/moving.md", "sh");
    await type(home, [...prepared, first].join("\n"), answers);
    const [program = ""] = fences("docs/moving.md", "yaml");
    await writeFile(join(cwd, "Pulumi.yaml"), program);
    expect(await type(home, second, answers, { cwd })).toContain("br0 is there already");
    expect(await picture()).toEqual(before);
    await type(home, "pulumi destroy", answers, { cwd });
    expect(await picture()).toEqual(before);
  },
  5 * minutes,
);
