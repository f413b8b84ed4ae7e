import { namingInIptables, namingInNft } from "../../../../provider/host/netfilter/naming";
import { impactsOf, needless, refuse, stepOf, words } from "../../../../provider/plan/impact/impacts";
import { sysctlText } from "../../../../provider/plan/impact/sysctls";
import { factsWith, link } from "../../support/facts";

const nic = link("enp1s0", { networkFile: "/run/systemd/network/10-netplan-enp1s0.network" });
const step = { gone: "enp1s0", successor: "br0", enslaved: nic, deleted: false };
const names = (parts: Parameters<typeof factsWith>[0]) =>
  impactsOf(factsWith({ links: [nic], ...parts }), step).map(({ name, verdict }) => `${verdict} ${name}`);

const match = (key: string, right: unknown, op = "==") => ({ match: { op, left: { meta: { key } }, right } });
const rule = (chain: string, ...expr: object[]) => ({ rule: { family: "inet", table: "filter", chain, expr } });
const nft = (...objects: object[]) => JSON.stringify({ nftables: objects });
const ssh = { match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: 22 } };

describe("rules of the packet filter", () => {
  const found = (text: string, sets: [string, string][] = []) =>
    names({ firewall: { bridgeCalls: undefined, chains: [], naming: namingInNft(text, new Map(sets)) } });

  test.each([
    ["a name", match("iifname", "enp1s0")],
    ["an index", match("oif", "enp1s0")],
    ["a name that is not to be it", match("iifname", "enp1s0", "!=")],
    ["a pattern", match("iifname", "enp*")],
    ["a set", match("iifname", { set: ["lo", "enp1s0"] })],
    ["a map", { vmap: { key: { meta: { key: "iifname" } }, data: { set: [["enp1s0", { accept: null }]] } } }],
  ])("that ask for the NIC by %s are refused", (_, statement) => {
    expect(found(nft(rule("input", statement, ssh, { accept: null })))).toEqual([
      "refused firewall:inet/filter/input:enp1s0",
    ]);
  });

  test.each([
    ["another NIC", match("iifname", "enp2s0")],
    ["a longer name", match("iifname", "enp1s0x")],
    ["a pattern that the bridge has too", match("iifname", "*")],
    ["a set with both", match("iifname", { set: ["enp1s0", "br0"] })],
    ["a comment", { log: { prefix: "enp1s0" } }],
  ])("that ask for %s are let be", (_, statement) => {
    expect(found(nft(rule("input", statement, ssh, { accept: null })))).toEqual([]);
  });

  test("are let be where the same is said of the bridge, in the same place", () => {
    const of = (name: string, chain = "input") => rule(chain, match("iifname", name), ssh, { accept: null });
    expect(found(nft(of("enp1s0"), of("br0")))).toEqual([]);
    expect(found(nft(of("enp1s0"), of("br0", "other")))).toHaveLength(1);
    expect(found(nft(of("enp1s0"), rule("input", match("iifname", "br0"), { drop: null })))).toHaveLength(1);
  });

  test("are let be where they are kvmnet's own for a bridge that gets another name", () => {
    const rename = { gone: "br0", successor: "br1", enslaved: undefined, deleted: true };
    const renamed = (comment: string) => {
      const saved = `*filter\n-A FORWARD -i br0 -o br0 -m comment --comment "${comment}" -j ACCEPT\n`;
      const own = rule("forward", match("iifname", "br0"), match("oifname", "br0"), { accept: null });
      const naming = [
        ...namingInIptables("iptables-nft", saved),
        ...namingInNft(nft({ rule: { ...own.rule, comment } }), new Map()),
      ];
      const facts = factsWith({
        links: [link("br0", { kind: "bridge" })],
        firewall: { bridgeCalls: undefined, chains: [], naming },
      });
      return impactsOf(facts, rename).map(({ name }) => name);
    };
    expect(renamed("kvmnet br0")).toEqual([]);
    expect(renamed("of kvmnet br0's")).toHaveLength(2);
  });

  test("name sets, hooks and flow tables too", () => {
    const set = nft({ set: { family: "inet", name: "lan", table: "filter", type: "ifname", elem: ["enp1s0"] } });
    expect(found(nft(), [["inet/filter/lan", set]])).toEqual(["refused firewall:inet/filter/lan:enp1s0"]);
    const chain = { family: "netdev", table: "f", name: "in", hook: "ingress", dev: "enp1s0" };
    const flowtable = { family: "inet", table: "f", name: "fast", dev: ["enp1s0", "enp2s0"] };
    expect(found(nft({ chain }, { flowtable }))).toEqual([
      "refused firewall:netdev/f/in:enp1s0",
      "refused firewall:inet/f/fast:enp1s0",
    ]);
  });

  test("of iptables' are found in all tables; one that masquerades says so", () => {
    const saved = `*nat
-A POSTROUTING -s 10.0.0.0/24 -o enp1s0 -j MASQUERADE
*filter
-A INPUT -i enp+ -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -i br0 -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -i enp2s0 -j ACCEPT
*mangle
-A PREROUTING ! -i enp1s0 -j MARK --set-xmark 0x1/0xffffffff`;
    const naming = namingInIptables("iptables-nft", saved);
    expect(names({ firewall: { bridgeCalls: undefined, chains: [], naming } })).toEqual([
      "refused masquerade:enp1s0",
      "refused firewall:iptables/mangle/PREROUTING:enp1s0",
    ]);
  });
});

test.each(["macvlan", "macvtap", "ipvlan"])("a NIC with a %s on it can't be a bridge's port", (kind) => {
  expect(names({ links: [nic, link("mv0", { kind, parent: "enp1s0" })] })).toEqual([`impossible ${kind}:mv0`]);
});

test("a VLAN stays on a NIC that becomes a port, and goes with a bridge", () => {
  const links = [nic, link("vlan7", { kind: "vlan", vlan: 7, parent: "enp1s0" })];
  expect(names({ links })).toEqual(["seen to vlan:vlan7"]);
  const gone = { gone: "enp1s0", successor: "enp9s0", enslaved: undefined, deleted: true };
  expect(impactsOf(factsWith({ links }), gone).map(({ verdict }) => verdict)).toEqual(["refused"]);
});

test("VMs and networks that use the NIC directly are named, also those that are off", () => {
  const direct = { mac: "52:54:00:00:00:01", type: "direct", device: "enp1s0", tap: undefined, element: {} } as never;
  const domain = { name: "web", uuid: "1", running: false, live: [], inactive: [direct] };
  const network = (name: string, xml: string) => ({ name, xml, active: false }) as never;
  const networks = [
    network("nat", "<network><forward dev='enp1s0' mode='nat'>"),
    network("direct", '<network><forward mode="bridge"><interface dev="enp1s0"/>'),
    network("other", "<network><forward dev='enp1s01' mode='nat'>"),
  ];
  expect(names({ libvirt: { domains: [domain], networks, silent: false } })).toEqual([
    "refused vm:web:enp1s0",
    "refused network:nat:enp1s0",
    "refused network:direct:enp1s0",
  ]);
});

test("a running VM on a macvtap of the NIC is refused by a name that stays, and taken along where that is accepted", () => {
  const direct = { mac: "52:54:00:00:00:01", type: "direct", device: "enp1s0", tap: "macvtap3", element: {} } as never;
  const web = { name: "web", uuid: "1", running: true, live: [direct], inactive: [direct] };
  const links = [nic, link("macvtap3", { kind: "macvtap", parent: "enp1s0" })];
  const of = (parts: object) =>
    impactsOf(factsWith({ links, libvirt: { domains: [{ ...web, ...parts }], networks: [], silent: false } }), step);
  const [impact, ...others] = of({});
  expect([impact?.name, impact?.verdict, others]).toEqual(["vm:web:enp1s0", "refused", []]);
  expect(() => refuse(of({}), [])).toThrow(
    /web has its NIC 52:54:00:00:00:01 directly on enp1s0.*accept: \["vm:web:enp1s0"\]; then kvmnet takes it out of the running VM/s,
  );
  expect(() => refuse(of({}), ["vm:web:enp1s0"])).not.toThrow();
  expect(() => refuse(of({ paused: true }), ["vm:web:enp1s0"])).toThrow(/virsh resume web/);
  const through = { ...(direct as object), element: { source: { "@dev": "enp1s0", "@mode": "passthrough" } } };
  expect(() => refuse(of({ live: [through] }), ["vm:web:enp1s0"])).toThrow(/Detach it first, .* MAC address/);
  const gone = { gone: "enp1s0", successor: "enp9s0", enslaved: undefined, deleted: true };
  const facts = factsWith({ links, libvirt: { domains: [web], networks: [], silent: false } });
  expect(impactsOf(facts, gone).map(({ name }) => name)).toEqual(["macvtap:macvtap3"]);
});

test("a libvirt network that is off and owns the bridge's name is named: it can't be started beside the bridge", () => {
  const nat = {
    ...{ name: "old net", uuid: "n1", active: false, persistent: true, autostart: false, forward: "nat" },
    ...{ bridge: "br0", definedBridge: "br0", xml: "", definition: "" },
  };
  const found = (parts: object) => names({ libvirt: { networks: [{ ...nat, ...parts }], domains: [], silent: false } });
  expect(found({})).toEqual(["refused network:old net:br0"]);
  expect(found({ definedBridge: "virbr0" })).toEqual([]);
  expect(found({ forward: "bridge" })).toEqual([]);
});

test("files that name the NIC and not the bridge are named; those that mean the hardware are not", () => {
  const paths = ["/etc/dnsmasq.d/lan.conf", "/etc/wireguard/wg0.conf", "/etc/systemd/system/x.service"];
  const hardware = ["/etc/systemd/network/10-nic.link", "/etc/sysctl.d/nic.conf", "/etc/dnsmasq.conf.dpkg-old"];
  const mentions = [...paths, ...hardware].map((path) => ({ link: "enp1s0", path }));
  expect(names({ mentions: [...mentions, { link: "br0", path: "/etc/wireguard/wg0.conf" }] })).toEqual([
    "refused file:/etc/dnsmasq.d/lan.conf:enp1s0",
    "refused file:/etc/systemd/system/x.service:enp1s0",
  ]);
});

test("what the NIC is set to goes over to the bridge", () => {
  const sysctls = [
    { family: "ipv4" as const, link: "enp1s0", key: "rp_filter", value: "2" },
    { family: "ipv6" as const, link: "enp1s0", key: "disable_ipv6", value: "0" },
    { family: "ipv4" as const, link: "enp2s0", key: "forwarding", value: "1" },
  ];
  expect(names({ sysctls })).toEqual([
    "seen to sysctl:ipv4/rp_filter:enp1s0",
    "seen to sysctl:ipv6/disable_ipv6:enp1s0",
  ]);
  expect(sysctlText(factsWith({ sysctls }), "enp1s0", "br0")).toMatch(
    /^#.*\nnet\/ipv4\/conf\/br0\/rp_filter = 2\nnet\/ipv6\/conf\/br0\/disable_ipv6 = 0\n$/,
  );
});

describe("networkd's own files", () => {
  const found = (units: Record<string, string>, networkFile = nic.networkFile) =>
    names({ links: [{ ...nic, networkFile }], networkUnits: new Map(Object.entries(units)) });
  const own = "/run/systemd/network/10-netplan-enp1s0.network";

  test("one that has the NIC now is refused, whatever netplan's files say of it", () => {
    const path = "/etc/systemd/network/05-uplink.network";
    expect(found({ [path]: "[Match]\nName=enp1s0\n", [own]: "[Match]\nName=enp1s0\n" }, path)).toEqual([
      `impossible networkd:${path}`,
    ]);
  });

  test.each([
    ["/etc/systemd/network/05-a.network", "[Match]\nName=en*\n"],
    ["/usr/lib/systemd/network/00-b.network", "[Match]\nMACAddress=02-00-00-00-00-01\n"],
    ["/run/systemd/network/09-c.network", "[Match]\nName=!wl* eth*\n"],
    ["/usr/local/lib/systemd/network/01-d.network", "[Network]\nDHCP=yes\n"],
    ["/etc/systemd/network/05-e.network", "[Match]\nDriver=virtio_net\n"],
    ["/etc/systemd/network/05-f.network", "[Match]\nName=br*\n"],
    ["/etc/systemd/network/05-g.network", "[Match]\nType=ether\n"],
  ])("%s would have it at the next reload: %j", (path, text) => {
    expect(found({ [path]: text })).toEqual([`impossible networkd:${path}`]);
  });

  test.each([
    ["/etc/systemd/network/20-late.network", "[Match]\nName=en*\n"],
    ["/etc/systemd/network/05-other.network", "[Match]\nName=enp2s0\n"],
    ["/etc/systemd/network/05-wlan.network", "[Match]\nType=wlan\n"],
    ["/etc/systemd/network/05-not.network", "[Match]\nName=!en* br*\n"],
    ["/etc/systemd/network/05-old.network.bak", "[Match]\nName=en*\n"],
  ])("%s has nothing to do with it: %j", (path, text) => {
    expect(found({ [path]: text })).toEqual([]);
  });

  test("a file of the same name in /etc hides one in /usr/lib", () => {
    const [etc, lib] = ["/etc/systemd/network/05-x.network", "/usr/lib/systemd/network/05-x.network"];
    expect(found({ [etc]: "[Match]\nName=lo\n", [lib]: "[Match]\nName=en*\n" })).toEqual([]);
  });

  test.each(["[Match]\nName=*\n", "[Match]\nDriver=bridge\n", "[Match]\n"])(
    "netplan's file of an entry that matches the bridge too, before the bridge's own: %j",
    (text) => {
      const path = "/run/systemd/network/10-netplan-all.network";
      expect(found({ [path]: text, [own]: "[Match]\nName=enp1s0\n" })).toEqual([`impossible networkd:${path}`]);
    },
  );

  test.each([
    "[Match]\nName=en*\n",
    "[Match]\nDriver=virtio_net\n",
    "[Match]\nPermanentMACAddress=02:00:00:00:00:01\n",
  ])("netplan's file of an entry that does not match the bridge: %j", (text) => {
    expect(found({ "/run/systemd/network/10-netplan-all.network": text })).toEqual([]);
  });

  const lan = (match: string, link = "Name=lan0") => `[Match]\n${match}\n[Link]\n${link}\n`;
  const byMac = "MACAddress=02:00:00:00:00:01";

  test("a .link file by the NIC's MAC address renames the bridge too, and is refused", () => {
    const path = "/etc/systemd/network/10-lan.link";
    expect(found({ [path]: lan(byMac, "WakeOnLan=magic\nName=lan0") })).toEqual([`impossible link:${path}`]);
  });

  test.each([
    ["by its permanent one", { "/etc/systemd/network/10-lan.link": lan(`Permanent${byMac}`) }],
    ["of a type", { "/etc/systemd/network/10-lan.link": lan(`${byMac}\nType=ether`) }],
    ["that gives no name", { "/etc/systemd/network/10-lan.link": lan(byMac, "WakeOnLan=magic") }],
    [
      "behind one that is the bridge's",
      {
        "/etc/systemd/network/05-br0.link": lan("OriginalName=br0", "MTUBytes=1500"),
        "/etc/systemd/network/10-lan.link": lan(byMac),
      },
    ],
    ["that is masked", { "/etc/systemd/network/1.link": "", "/usr/lib/systemd/network/1.link": lan(byMac) }],
    [
      "of systemd's own",
      {
        "/usr/lib/systemd/network/73-usb-net-by-mac.link": lan("Path=*-usb-*", "Name=usb0"),
        "/usr/lib/systemd/network/99-default.link": lan("OriginalName=*", "NamePolicy=keep kernel"),
      },
    ],
  ])("a .link file %s leaves the bridge alone", (_, units) => {
    expect(found(units as Record<string, string>)).toEqual([]);
  });

  test("a drop-in of the user's, wherever, is refused; kvmnet's own is not", () => {
    const folder = "10-netplan-enp1s0.network.d";
    const paths = [`/etc/systemd/network/${folder}/dns.conf`, `/usr/lib/systemd/network/${folder}/x.conf`];
    const all = [...paths, `/etc/systemd/network/${folder}/kvmnet-identity.conf`];
    expect(found(Object.fromEntries(all.map((path) => [path, "[Network]\nDNS=192.0.2.53\n"])))).toEqual(
      paths.map((path) => `refused drop-in:${path}`),
    );
  });
});

describe("what is refused", () => {
  const mentions = ["/etc/a", "/etc/b"].map((path) => ({ link: "enp1s0", path }));
  const impacts = impactsOf(factsWith({ links: [nic], mentions }), step);

  test("is all named at once, each with what to do and by which name it is accepted", () => {
    expect(() => refuse(impacts, [])).toThrow(
      /\/etc\/a names enp1s0.*Name br0 there too\. Or accept it: accept: \["file:\/etc\/a:enp1s0"\]\.\n.*\/etc\/b names/s,
    );
  });

  test("is accepted by its own name alone, and a name of nothing is told", () => {
    const one = ["file:/etc/a:enp1s0"];
    expect(() => refuse(impacts, one)).toThrow(/\/etc\/b names/);
    expect(() => refuse(impacts, one)).not.toThrow(/\/etc\/a names/);
    expect(() => refuse(impacts, [...one, "file:/etc/b:enp1s0"])).not.toThrow();
    expect(needless(impacts, [...one, "file:/etc/c:enp1s0"])).toEqual(["file:/etc/c:enp1s0"]);
  });

  test("can't be accepted where the kernel would not have it", () => {
    const stacked = impactsOf(factsWith({ links: [nic, link("mv0", { kind: "macvlan", parent: "enp1s0" })] }), step);
    expect(() => refuse(stacked, ["macvlan:mv0"])).toThrow(words(stacked[0] as never));
  });
});

test("a NIC that is the bridge's port already loses nothing; a bridge that is renamed does", () => {
  const port = link("enp1s0", { master: "br0" });
  expect(stepOf({ wanted: { name: "br0" }, uplink: port })).toBeUndefined();
  expect(stepOf({ wanted: { name: "br0" }, uplink: nic })).toEqual(step);
  const from = link("br0", { kind: "bridge" });
  expect(stepOf({ wanted: { name: "lan0" }, uplink: port, from })).toMatchObject({
    gone: "br0",
    successor: "lan0",
    deleted: true,
  });
});
