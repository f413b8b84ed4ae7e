import type { Guest } from "../lab/guest";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const forwardDrop = "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\nCOMMIT\n";
/** A firewall of each kind, as Debian's own packages keep them: both must let a frame through. */
const files = {
  "/etc/nftables.conf": `table inet filter
delete table inet filter
table inet filter {
  chain forward { type filter hook forward priority filter; policy drop; ct state invalid drop; }
}
`,
  "/etc/iptables/rules.v4": forwardDrop,
  "/etc/iptables/rules.v6": forwardDrop,
  "/etc/systemd/system/netfilter-persistent.service": `[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/iptables-restore /etc/iptables/rules.v4
ExecStart=/usr/sbin/ip6tables-restore /etc/iptables/rules.v6
[Install]
WantedBy=multi-user.target
`,
};
const vms = { web: { host: "kvm1", nics: { lan: { network: "lan", waitForAddress: 0 } } } };
const config = (bridge: object) => ({ hosts: { kvm1: { bridge, networks: { lan: {} } } }, vms });
/** The address that the guest gets by hand: DHCP is what a deaf VM does not get. */
const guestAddress = "192.0.2.77";
/** Something behind the host, which only a routed packet gets to. */
const farAddress = "203.0.113.9";

describe.each(releasesFor(__filename))("FORWARD drops, and br_netfilter is on, on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let stack: HomelabStack;
  let linkLocal: string;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, files });
    web = await host.startGuest({ name: "web" });
    stack = await HomelabStack.start({ lan, hosts: [host], config: config({ netfilter: false }) });
    await succeeds(stack.up());
    await far();
    await addressTheGuest();
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  async function far(): Promise<void> {
    await host.must(["ip", "netns", "add", "far"]);
    await host.must(["ip", "link", "add", "far0", "type", "veth", "peer", "name", "eth0", "netns", "far"]);
    await host.must(["ip", "address", "add", "203.0.113.1/24", "dev", "far0"]);
    await host.must(["ip", "link", "set", "far0", "up"]);
    await host.must(["ip", "-n", "far", "address", "add", `${farAddress}/24`, "dev", "eth0"]);
    await host.must(["ip", "-n", "far", "link", "set", "eth0", "up"]);
    await host.must(["ip", "-n", "far", "route", "add", "default", "via", "203.0.113.1"]);
    await host.must(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
    await lan.engine.must(["ip", "route", "replace", "203.0.113.0/24", "via", host.address]);
  }

  async function addressTheGuest(): Promise<void> {
    // Its DHCP client flushes the NIC when it starts, link-local addresses included.
    const script = `until killall udhcpc; do sleep 0.1; done
ip link set eth0 down; ip link set eth0 up; ip address replace ${guestAddress}/24 dev eth0`;
    await web.must(["sh", "-c", script]);
    // While the guest asks whether anybody has its address already (RFC 4862), it does not answer there.
    const settled = "while ! ip -6 -o address show dev eth0 | grep fe80 | grep -v tentative; do sleep 0.1; done";
    linkLocal = / inet6 (fe80:[^/]+)/.exec(await web.must(["sh", "-c", settled]))?.[1] ?? "";
  }

  const answers = async (...target: string[]) =>
    (await lan.engine.run(["ping", "-c", "3", "-i", "0.3", "-W", "1", ...target])).code === 0;
  const reached = async () => ({
    v4: await answers(guestAddress),
    v6: await answers("-6", `${linkLocal}%lan0`),
    routed: await answers(farAddress),
  });
  const bridgedOnly = { v4: true, v6: true, routed: false };
  const rules = () => host.must(["sh", "-c", "nft list ruleset; iptables-save; ip6tables-save; iptables-legacy-save"]);

  test(
    "without a firewall everything gets through; with one the VM is deaf",
    async () => {
      expect(await reached()).toEqual({ v4: true, v6: true, routed: true });
      await host.must(["systemctl", "enable", "--now", "nftables", "netfilter-persistent"]);
      expect(await reached()).toEqual({ v4: false, v6: false, routed: false });
    },
    60 * seconds,
  );

  test(
    "preview says which rules decide, and up lets the bridge's own frames through, and nothing else",
    async () => {
      await stack.configure(config({}));
      const preview = await succeeds(stack.preview());
      console.log(`${release}: ${/.*forwards between its ports is now.*/.exec(preview)?.[0].trim()}`);
      expect(preview).toContain(
        "br0 forwards between its ports is now dropped: iptables-nft FORWARD: policy drop; ip6tables-nft FORWARD: policy drop; nft table inet filter, chain forward: policy drop",
      );
      await succeeds(stack.up());
      expect(await reached()).toEqual(bridgedOnly);
      expect(await rules()).toContain(
        '-A FORWARD -i br0 -o br0 -m physdev --physdev-is-bridged -m comment --comment "kvmnet br0" -j ACCEPT',
      );
      expect(await rules()).toContain('iifname "br0" oifname "br0" accept comment "kvmnet br0"');
    },
    120 * seconds,
  );

  test(
    "a second up changes nothing",
    async () => {
      const before = await rules();
      await succeeds(stack.up(["--expect-no-changes"]));
      expect(withoutCounters(await rules())).toBe(withoutCounters(before));
    },
    60 * seconds,
  );

  test(
    "a rule that is flushed is drift, and the next up puts it back",
    async () => {
      await host.must(["iptables", "-F", "FORWARD"]);
      expect(await reached()).toEqual({ ...bridgedOnly, v4: false });
      const preview = await succeeds(stack.preview(["--diff"]));
      expect(preview).toContain("what br0 forwards between its ports is dropped by iptables-nft FORWARD: policy drop");
      await succeeds(stack.up());
      expect(await reached()).toEqual(bridgedOnly);
    },
    120 * seconds,
  );

  test(
    "so is a firewall of the old kind that came later",
    async () => {
      await host.must(["iptables-legacy", "-P", "FORWARD", "DROP"]);
      expect(await reached()).toEqual({ ...bridgedOnly, v4: false });
      const preview = await succeeds(stack.preview(["--diff"]));
      expect(preview).toContain("is dropped by iptables-legacy FORWARD: policy drop");
      await succeeds(stack.up());
      expect(await reached()).toEqual(bridgedOnly);
    },
    120 * seconds,
  );

  test(
    "a firewall that is started anew gets the rule from the host itself",
    async () => {
      // One after the other: nftables' stop flushes all tables, those of iptables too.
      for (const service of ["nftables", "netfilter-persistent"]) await host.must(["systemctl", "restart", service]);
      for (const deadline = Date.now() + 20 * seconds; Date.now() < deadline; ) if (await answers(guestAddress)) break;
      expect(await reached()).toEqual(bridgedOnly);
      expect(await rules()).toMatch(/:FORWARD DROP[\s\S]*kvmnet br0/);
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    60 * seconds,
  );

  test(
    "a chain of firewalld's is left alone, and said",
    async () => {
      await host.must([
        "nft",
        "add table inet firewalld; add chain inet firewalld filter_FORWARD { type filter hook forward priority 10; }; add rule inet firewalld filter_FORWARD reject",
      ]);
      const said = await succeeds(stack.preview());
      expect(said).toMatch(/filter_FORWARD: reject drops what br0 forwards; it belongs to firewalld: .*firewall-cmd/);
      await host.must(["nft", "delete", "table", "inet", "firewalld"]);
    },
    60 * seconds,
  );

  test(
    "it holds after a reboot",
    async () => {
      await host.reboot();
      await web.boot();
      await far();
      await addressTheGuest();
      expect(await reached()).toEqual(bridgedOnly);
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    180 * seconds,
  );

  test(
    "bypass takes the rules away, and the switches off; one that is set back is drift",
    async () => {
      await stack.configure(config({ netfilter: "bypass" }));
      await succeeds(stack.up());
      expect(await reached()).toEqual(bridgedOnly);
      expect(await rules()).not.toContain("kvmnet");
      await host.must(["sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1"]);
      expect(await reached()).toEqual({ ...bridgedOnly, v4: false });
      expect(await succeeds(stack.preview(["--diff"]))).toContain("bridge-nf-call-iptables is 1");
      await succeeds(stack.up());
      expect(await reached()).toEqual(bridgedOnly);
    },
    180 * seconds,
  );

  test(
    "destroy leaves no trace, also where somebody removed the files before",
    async () => {
      await stack.configure(config({}));
      await succeeds(stack.up());
      expect(await rules()).toContain("kvmnet br0");
      await host.must(["rm", "-r", "/var/lib/kvmnet/netfilter"]);
      await succeeds(stack.destroy());
      expect(await rules()).not.toContain("kvmnet");
      expect(await host.must(["cat", "/proc/sys/net/bridge/bridge-nf-call-iptables"])).toBe("1\n");
      const trace = "find /etc /var/lib /run/systemd -name '*kvmnet*netfilter*' -o -path '/var/lib/kvmnet/netfilter*'";
      expect(await host.must(["sh", "-c", trace])).toBe("");
    },
    120 * seconds,
  );

  test(
    "destroy leaves what the host has on record as another stack's",
    async () => {
      await succeeds(stack.up());
      const [record, urn] = [
        "/var/lib/kvmnet/netfilter/br0/owner.json",
        "urn:pulumi:other::homelab::kvmnet:index:BridgeNetfilter::br0",
      ];
      const others = { ...JSON.parse(await host.readFile(record)), owner: urn, ownerId: "another", stack: "other" };
      await host.writeFile(record, JSON.stringify(others));
      expect(await succeeds(stack.destroy())).toContain(
        `what is let through the bridge br0 belongs to the BridgeNetfilter "br0" of the stack other of the project homelab (${urn}) and stays`,
      );
      expect(await rules()).toContain("kvmnet br0");
      expect(JSON.parse(await host.readFile(record))).toEqual(others);
    },
    120 * seconds,
  );
});

const withoutCounters = (text: string) => text.replace(/\[\d+:\d+\]|packets \d+ bytes \d+|^#.*$/gm, "");
