import { foundOn } from "../lab/foundOn";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
/** As Debian's own file begins. */
const nftables = `flush ruleset
table inet filter {
  chain forward { type filter hook forward priority filter; policy drop; }
}
`;
/** A VM of whatever kind: a network of its own behind a port of the bridge. */
const guest = `ip netns add vm
ip link add vm0 type veth peer name eth0 netns vm
ip link set vm0 master br0 up
ip -n vm address add 192.0.2.77/24 dev eth0
ip -n vm address add 2001:db8:77::77/64 dev eth0 nodad
ip -n vm link set eth0 up`;
const noGuest = "ip netns delete vm; ip link delete vm0 2>/dev/null || true";
/** What a service's start or reload has systemd do for others goes on after it. */
const settled = "while systemctl list-jobs --no-legend | grep -q kvmnet; do sleep 0.1; done";

describe.each(releasesFor(__filename))("a firewall that comes after up, on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;
  let before: string;

  const onHost = (script: string) => host.must(["sh", "-euc", script]);
  const rules = () => onHost("nft list ruleset 2>/dev/null");
  /** With their comments, which nft does not print of iptables' rules. */
  const saved = () => onHost("iptables-save; ip6tables-save");
  const units = () =>
    onHost("systemctl list-units --all --plain --no-legend 'kvmnet-*filter*'; ls /etc/systemd/system");
  const answers = async (target: string) =>
    (await lan.engine.run(["ping", "-c", "3", "-i", "0.3", "-W", "1", target])).code === 0;
  const reached = async () => ({ v4: await answers("192.0.2.77"), v6: await answers("2001:db8:77::77") });
  const [all, none] = [
    { v4: true, v6: true },
    { v4: false, v6: false },
  ];

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, extras: true, addressing: { address: "192.0.2.100/24" } });
    await lan.engine.must(["ip", "address", "add", "2001:db8:77::1/64", "dev", "lan0", "nodad"]);
    stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts: { kvm1: { bridge: {} } } } });
    before = await rules();
    await succeeds(stack.up());
    await onHost(guest);
    expect(await reached()).toEqual(all);
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  test(
    "a policy of drop by hand finds the rule there before it",
    async () => {
      await onHost("iptables -P FORWARD DROP; ip6tables -P FORWARD DROP");
      expect(await reached()).toEqual(all);
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    60 * seconds,
  );

  test(
    "a rule that a hand took out stays out, and is drift",
    async () => {
      await onHost(`iptables -F FORWARD; ip6tables -F FORWARD; ${settled}`);
      expect(await reached()).toEqual(none);
      expect(await succeeds(stack.preview(["--diff"]))).toContain("is dropped by iptables-nft FORWARD: policy drop");
      await onHost("iptables -P FORWARD ACCEPT; ip6tables -P FORWARD ACCEPT");
      expect(await succeeds(stack.preview(["--diff"]))).toContain("iptables-nft FORWARD has no rule for br0");
      await succeeds(stack.up());
      await onHost("iptables -P FORWARD DROP; ip6tables -P FORWARD DROP");
      expect(await reached()).toEqual(all);
      await onHost("iptables -P FORWARD ACCEPT; ip6tables -P FORWARD ACCEPT");
    },
    120 * seconds,
  );

  test(
    "ufw, enabled and reloaded",
    async () => {
      await onHost("ufw allow 22/tcp; ufw --force enable");
      expect(await rules()).toMatch(/chain FORWARD \{\s+type filter hook forward priority filter; policy drop;/);
      expect(await reached()).toEqual(all);
      await onHost("ufw reload");
      expect(await reached()).toEqual(all);
      await onHost("ufw disable; ufw --force reset");
      expect(await reached()).toEqual(all);
    },
    120 * seconds,
  );

  test(
    "nftables, started and reloaded",
    async () => {
      await host.writeFile("/etc/nftables.conf", nftables);
      await onHost(`systemctl start nftables; ${settled}`);
      expect(await rules()).toMatch(/policy drop[\s\S]*kvmnet br0/);
      expect(await reached()).toEqual(all);
      await onHost(`systemctl reload nftables; ${settled}`);
      expect(await reached()).toEqual(all);
      await succeeds(stack.preview(["--expect-no-changes"]));
      await onHost(
        `systemctl stop nftables; systemctl start nftables; ${settled}; systemctl reload nftables; ${settled}`,
      );
      expect(await reached()).toEqual(all);
    },
    120 * seconds,
  );

  test(
    "destroy leaves nothing of it",
    async () => {
      await onHost(`systemctl stop nftables; ${settled}; ${noGuest}`);
      expect(await succeeds(stack.preview(["--diff"]))).toContain("ip6tables-nft FORWARD has no rule for br0");
      await succeeds(stack.up());
      expect((await saved()).match(/kvmnet br0/g)).toHaveLength(2);
      expect(await units()).toContain("kvmnet-filter-reload-br0.service");
      await succeeds(stack.destroy());
      expect(await units()).not.toContain("filter");
      expect(await rules()).toBe(before);
    },
    120 * seconds,
  );

  // Debian 13's cloud-init, which is on the same hosts, conflicts with it.
  if (release === "bookworm")
    test(
      "firewalld with its iptables backend empties the chain: preview has its own way, and the next up puts the rule back",
      async () => {
        await succeeds(stack.up());
        await onHost(guest);
        await onHost("sed -i s/^FirewallBackend=.*/FirewallBackend=iptables/ /etc/firewalld/firewalld.conf");
        // It goes on with its rules once its start is over.
        const written = "until iptables -S FORWARD | grep -q 'j REJECT'; do sleep 0.1; done";
        await onHost(`systemctl start firewalld; ${settled}; ${written}`);
        const preview = await succeeds(stack.preview());
        expect(preview).toMatch(/firewalld empties iptables-nft FORWARD whenever it starts or is reloaded/);
        expect(preview).toContain(
          "firewall-cmd --permanent --direct --add-rule ipv4 filter FORWARD 0 -i br0 -o br0 -m physdev --physdev-is-bridged -j ACCEPT",
        );
        await onHost("firewall-cmd --reload");
        expect(await reached()).toEqual(none);
        await succeeds(stack.up());
        // Of IPv6, firewalld's rpfilter (IPv6_rpfilter) drops before forward what the host itself has no route back to.
        expect(await answers("192.0.2.77")).toBe(true);
      },
      180 * seconds,
    );

  if (release === "bookworm")
    test(
      "firewalld with its nftables backend: preview and doctor name its own way, by which VMs are reached",
      async () => {
        const zone = (await onHost("firewall-offline-cmd --get-default-zone")).trim();
        await onHost(
          `systemctl stop firewalld; sed -i s/^FirewallBackend=.*/FirewallBackend=nftables/ /etc/firewalld/firewalld.conf; firewall-offline-cmd --zone=${zone} --remove-forward`,
        );
        await succeeds(stack.up());
        expect(await reached()).toEqual(all);
        const written = "until nft list chain inet firewalld filter_FORWARD | grep -q reject; do sleep 0.1; done";
        await onHost(`systemctl start firewalld; ${settled}; ${written}`);
        expect(await reached()).toEqual(none);
        const preview = await succeeds(stack.preview());
        expect(preview).toMatch(
          /nft table inet firewalld, chain \S+: .*drops what br0 forwards; it belongs to firewalld/,
        );
        const [forward, ...others] = await foundOn(host);
        expect(forward).toMatch(/^error forward-drops, bridge br0: nft table inet firewalld, chain /);
        expect(others).toEqual([
          expect.stringMatching(/^warning hook-drops, bridge br0: nft table inet firewalld, .*IPv6/),
        ]);

        const commands = [...(forward ?? "").matchAll(/firewall-cmd [^,.]+/g)].map(([one]) =>
          one.replace("ZONE", zone).trim(),
        );
        expect(commands).toHaveLength(3);
        await onHost(commands.join("; "));
        // firewalld's rpfilter drops what the host has no way back to by IPv6, before forward.
        expect(await reached()).toEqual({ v4: true, v6: false });
        const [rpfilter, ...more] = await foundOn(host);
        expect(more).toEqual([]);
        expect(rpfilter).toContain("IPv6_rpfilter=no in /etc/firewalld/firewalld.conf");
        await onHost(
          "sed -i s/^IPv6_rpfilter=.*/IPv6_rpfilter=no/ /etc/firewalld/firewalld.conf; firewall-cmd --reload",
        );
        expect(await reached()).toEqual(all);
        expect(await foundOn(host)).toEqual([]);
      },
      180 * seconds,
    );
});
