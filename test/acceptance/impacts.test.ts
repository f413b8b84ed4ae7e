import { footprint } from "../lab/footprint";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

const prepare = `
nft -f - <<'END'
table inet filter {
  set lan { type ifname; elements = { "enp1s0" } }
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname "lo" accept
    ip protocol icmp accept
    iifname "enp1s0" tcp dport 22 accept
    udp sport { 53, 67 } accept
  }
  chain other { iifname @lan counter; }
}
END
iptables -t nat -A POSTROUTING -s 10.9.0.0/24 -o enp1s0 -j MASQUERADE
sysctl -qw net.ipv4.conf.enp1s0.proxy_arp=1
mkdir -p /etc/dnsmasq.d
printf 'interface=enp1s0\n' >/etc/dnsmasq.d/lan.conf
printf '# interface=enp1s0\n' >/etc/dnsmasq.d/comment.conf
ip link add mv0 link enp1s0 type macvlan mode bridge
virsh -q net-define /dev/stdin <<'END'
<network><name>out</name><forward mode='nat' dev='enp1s0'/><bridge name='virbr7'/><ip address='10.7.0.1' netmask='255.255.255.0'/></network>
END
`;

const findings = [
  "macvlan mv0 is on enp1s0: the kernel makes such a NIC no port of a bridge",
  'nft inet/filter/input: iifname "enp1s0" tcp dport 22 accept',
  "nft inet/filter/lan: elements { enp1s0 }",
  "iptables nat/POSTROUTING: -A POSTROUTING -s 10.9.0.0/24 -o enp1s0 -j MASQUERADE",
  "/etc/dnsmasq.d/lan.conf names enp1s0",
  "the libvirt network out goes out over enp1s0",
];

/** What on a host names the NIC, hangs on it, or would take it away from netplan. */
describe.each(releasesFor(__filename))("what a bridge would break on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
    await host.must(["sh", "-ec", prepare]);
    stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts: { kvm1: {} } } });
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const configure = (accept?: readonly string[]) =>
    stack.configure({
      hosts: { kvm1: { bridge: { netfilter: false, confirm: { timeout: 15 }, ...(accept && { accept }) } } },
    });

  test(
    "is named in the preview, each, and refused before anything is begun, by up too",
    async () => {
      await configure();
      const before = await footprint(host);
      for (const { code, stdout } of [await stack.preview(), await stack.up(["--skip-preview"])]) {
        expect(code).not.toBe(0);
        for (const words of findings) expect(stdout).toContain(words);
        expect(stdout).toContain('accept: ["masquerade:enp1s0"]');
        expect(stdout).not.toContain("comment.conf");
      }
      expect(await footprint(host)).toBe(before);
    },
    120 * seconds,
  );

  test(
    "a file of networkd's that would take the NIC from netplan is refused, and so is a drop-in of the user's",
    async () => {
      const [unit, dropIn] = ["05-uplink.network", "10-netplan-enp1s0.network.d/dns.conf"].map(
        (name) => `/etc/systemd/network/${name}`,
      ) as [string, string];
      await host.writeFile(unit, "[Match]\nName=enp*\n[Network]\nDHCP=yes\n");
      await host.writeFile(dropIn, "[Network]\nDNS=192.0.2.1\n");
      const { code, stdout } = await stack.preview();
      expect(code).not.toBe(0);
      expect(stdout).toContain(`${unit} comes before netplan's file and matches enp1s0`);
      expect(stdout).toContain(`${dropIn} adds to netplan's file for enp1s0`);
      await host.must(["rm", unit, dropIn]);
    },
    120 * seconds,
  );

  test(
    "is accepted by its name alone; what the NIC is set to goes over, into the kernel and a file",
    async () => {
      await host.must(["ip", "link", "delete", "mv0"]);
      await host.must(["nft", "add", "rule", "inet", "filter", "input", 'iifname "br0" tcp dport 22 accept']);
      const accept = ["masquerade:enp1s0", "firewall:inet/filter/lan:enp1s0", "file:/etc/dnsmasq.d/lan.conf:enp1s0"];
      await configure([...accept, "file:/etc/nothing:enp1s0"]);
      const first = await stack.preview();
      expect(first.code).not.toBe(0);
      expect(first.stdout).toMatch(/the libvirt network out goes out.*Or accept it: accept: \["network:out:enp1s0"\]/);
      expect(first.stdout).not.toMatch(/Or accept it: accept: \["masquerade/);
      expect(first.stdout).toContain('accept: "file:/etc/nothing:enp1s0" names nothing that the change would break');
      await configure([...accept, "network:out:enp1s0"]);
      const { stdout } = await stack.preview();
      expect(stdout).toContain("net.ipv4.conf.enp1s0.proxy_arp is 1: br0 gets it too");
      await succeeds(stack.up());
      expect(await host.readFile("/proc/sys/net/ipv4/conf/br0/proxy_arp")).toBe("1\n");
      expect(await host.readFile("/etc/sysctl.d/80-kvmnet-br0.conf")).toContain("net/ipv4/conf/br0/proxy_arp = 1\n");
      await succeeds(stack.preview(["--expect-no-changes"]));
      await succeeds(stack.destroy());
      expect((await host.exec(["test", "-e", "/etc/sysctl.d/80-kvmnet-br0.conf"])).code).toBe(1);
    },
    180 * seconds,
  );
});

describe("a host on which IPv6 is off for new links, beside a router that advertises", () => {
  test(
    "has its addresses on the bridge all the same",
    async () => {
      await using lan = await Lan.start({ ipv6: "slaac" });
      await using host = await lan.startHost({ name: "kvm1", release: "trixie", addressing: "dhcp" });
      await host.must(["sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"]);
      const look = "ip -br -6 address show dev $0 scope global | grep -o '2001:db8[^ ]*'";
      const own = `for _ in $(seq 200); do ${look} && exit; sleep 0.1; done; exit 1`;
      const before = await host.must(["sh", "-c", own, "enp1s0"]);
      await using stack = await HomelabStack.start({
        lan,
        hosts: [host],
        config: { hosts: { kvm1: { bridge: { netfilter: false } } } },
      });
      await succeeds(stack.up());
      expect(await host.must(["sh", "-c", own, "br0"])).toBe(before);
    },
    300 * seconds,
  );
});
