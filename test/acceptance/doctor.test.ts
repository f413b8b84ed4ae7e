import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Finding } from "../../provider/plan/diagnose/finding";
import { folders } from "../lab/folders";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";

const seconds = 1000;
const kvmnet = resolve(__dirname, "../../cli/dist/main.js");

interface Fault {
  readonly fault: string;
  readonly make: string;
  readonly unmake: string;
  /** The findings, also those that follow from the same fault. */
  readonly finds: readonly string[];
}

/** $tap is the VM's TAP, $mac its MAC address. */
const faults: readonly Fault[] = [
  {
    fault: "TAP not attached",
    make: 'ip link set "$tap" nomaster',
    unmake: 'ip link set "$tap" master br0',
    finds: ["tap-not-in-bridge"],
  },
  {
    fault: "an address on the bridge's port",
    make: "ip address add 192.0.2.99/32 dev enp1s0",
    unmake: "ip address del 192.0.2.99/32 dev enp1s0",
    finds: ["address-on-port"],
  },
  {
    fault: "iptables blocks bridge traffic",
    make: "iptables -I FORWARD -j REJECT",
    unmake: "iptables -D FORWARD -j REJECT",
    finds: ["forward-drops"],
  },
  {
    fault: "a policy of drop, v4 and v6",
    make: "iptables -P FORWARD DROP; ip6tables -P FORWARD DROP",
    unmake: "iptables -P FORWARD ACCEPT; ip6tables -P FORWARD ACCEPT",
    finds: ["forward-drops", "forward-drops"],
  },
  {
    fault: "an nft chain that drops",
    make: "nft add table inet own; nft add chain inet own forwarding '{ type filter hook forward priority 5; policy drop; }'",
    unmake: "nft delete table inet own",
    finds: ["forward-drops"],
  },
  {
    fault: "STP holds a port back",
    make: 'ip link set br0 type bridge stp_state 1 forward_delay 3000; ip link set "$tap" nomaster; ip link set "$tap" master br0',
    unmake:
      'ip link set br0 type bridge forward_delay 200; ip link set br0 type bridge stp_state 0; ip link set br0 type bridge forward_delay 0; while ! bridge link | grep "$tap" | grep -q forwarding; do sleep 0.1; done',
    finds: ["port-held-back"],
  },
  {
    fault: "another MTU",
    make: 'ip link set "$tap" mtu 1400',
    unmake: 'ip link set "$tap" mtu 1500; ip link set br0 mtu 1500',
    finds: ["mtu"],
  },
  {
    fault: "the VM's link down",
    make: 'virsh domif-setlink web "$mac" down',
    unmake: 'virsh domif-setlink web "$mac" up',
    finds: ["vm-link-down"],
  },
  {
    fault: "the running VM unlike its definition",
    make: 'virsh detach-interface web network --mac "$mac" --config',
    unmake: 'virsh attach-interface web network lan --mac "$mac" --model virtio --config',
    finds: ["live-unlike-persistent"],
  },
  {
    fault: "two VMs with one MAC",
    make: "virsh dumpxml --inactive web | sed 's/<name>web/<name>copy/; /<uuid>/d' >/tmp/copy.xml; virsh define /tmp/copy.xml",
    unmake: "virsh undefine copy",
    finds: ["same-mac"],
  },
  {
    fault: "libvirt is stopped",
    make: "systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd",
    unmake: "systemctl start libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd",
    finds: ["libvirt-silent"],
  },
  {
    fault: "a network that is stopped",
    make: "virsh net-destroy lan",
    unmake: "virsh net-start lan",
    finds: ["network-inactive"],
  },
  {
    fault: "a network that is not started with the host",
    make: "virsh net-autostart --disable lan",
    unmake: "virsh net-autostart lan",
    finds: ["network-autostart"],
  },
  {
    fault: "a network on a bridge that is not there",
    make: "printf \"<network><name>gone</name><forward mode='bridge'/><bridge name='br9'/></network>\" >/tmp/n.xml; virsh net-define /tmp/n.xml; virsh net-start gone; virsh net-autostart gone",
    unmake: "virsh net-destroy gone; virsh net-undefine gone",
    finds: ["network-bridge"],
  },
];

describe.each(["bookworm", "trixie"] as const)("the doctor on Debian %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;
  let home: string;
  let variables: string[];
  const table: string[] = [];

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release });
    await host.startGuest({ name: "web" });
    home = join(folders.scratch(lan.id), "doctor");
    await mkdir(join(home, ".ssh"), { recursive: true });
    await writeFile(join(home, ".ssh/id_ed25519"), lan.privateKey, { mode: 0o600 });
    await writeFile(join(home, ".ssh/known_hosts"), host.knownHosts());
    const vms = { web: { host: "kvm1", nics: { lan: { network: "lan" } } } };
    const hosts = { kvm1: { bridge: { netfilter: false }, networks: { lan: {} } } };
    stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts, vms } });
    expect(await stack.up()).toMatchObject({ code: 0 });
    const { tap, macAddress } = (await stack.outputs()).vms.web.lan;
    variables = [`tap=${tap}`, `mac=${macAddress}`];
  }, 900 * seconds);

  afterAll(async () => {
    console.log(`${release}\nfault | finding\n${table.join("\n")}`);
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const run = (...args: string[]) =>
    lan.engine.run(["env", "-u", "SSH_AUTH_SOCK", `HOME=${home}`, process.execPath, kvmnet, ...args]);
  const onHost = (script: string) => host.must(["env", ...variables, "sh", "-euc", script]);

  test(
    "finds nothing on a host that is well, and exits with 0",
    async () => {
      const { code, stdout, stderr } = await run("doctor", host.address);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: `${host.address}: nothing found\n`,
        stderr: "",
      });
    },
    60 * seconds,
  );

  test.each(faults)(
    "$fault",
    async ({ fault, make, unmake, finds }) => {
      await onHost(make);
      try {
        const { code, stdout } = await run("doctor", "--json", `root@${host.address}:22`);
        const found = JSON.parse(stdout) as Finding[];
        table.push(...found.map(({ check, subject, evidence }) => `${fault} | ${check}, ${subject}: ${evidence}`));
        expect(found.map(({ check }) => check)).toEqual(finds);
        expect(code).toBe(1);
      } finally {
        await onHost(unmake);
      }
      expect(await run("doctor", host.address)).toMatchObject({ code: 0 });
    },
    60 * seconds,
  );

  test(
    "a host that can't be looked at is exit code 2, and facts are JSON",
    async () => {
      expect(await run("doctor", "192.0.2.250")).toMatchObject({ code: 2, stdout: "" });
      expect(await run("doctor")).toMatchObject({ code: 2 });
      const { code, stdout } = await run("facts", host.address);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ bridges: ["br0"], uid: 0 });
    },
    60 * seconds,
  );
});
