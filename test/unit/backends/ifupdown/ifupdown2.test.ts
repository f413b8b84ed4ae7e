import fc from "fast-check";
import { parse } from "yaml";
import { bridgedFile } from "../../../../provider/backends/ifupdown/bridged";
import { nicStanzas } from "../../../../provider/backends/ifupdown/carried";
import type { BridgedNic } from "../../../../provider/backends/ifupdown/lines";
import { hasMarks, withoutMarks } from "../../../../provider/backends/ifupdown/marks";
import { withInterfaces, withoutBridge } from "../../../../provider/backends/ifupdown/owner";
import { interfacesWords } from "../../../../provider/host/facts/inIfupdownsWords";
import { bridge as definition } from "../../../../provider/resources/bridge/definition";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../../../provider/resources/bridge/restore";
import { addressOf, factsWith, link } from "../../support/facts";
import { addBridge, applyBatch } from "../../support/kernel";

const path = "/etc/network/interfaces";
const fixed = "auto enp1s0\niface enp1s0 inet static\n\taddress 192.0.2.10/24\n\tgateway 192.0.2.1\n";
const bare = "iface enp1s0 inet manual\n";
const bridge: BridgedNic = {
  ...{ name: "br0", uplink: "enp1s0", macAddress: "02:00:00:00:00:01", stp: false, forwardDelay: 0, mtu: undefined },
  addressing: undefined,
};
const bridged = (text: string, parts: Partial<BridgedNic> = {}) =>
  bridgedFile(nicStanzas(new Map([[path, text]]), "enp1s0", "br0", "ifupdown2"), { ...bridge, ...parts });
const inForce = (text: string) =>
  text
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => line.trim());
const lines = [
  ...["bridge-ports enp1s0", "bridge-stp off", "bridge-fd 0", "hwaddress 02:00:00:00:00:01"],
  "bridge-ports-condone-regex ^(vnet|tap|veth|fwpr)",
];
const forwarding = [
  "post-up cat /proc/sys/net/ipv4/conf/default/forwarding >/proc/sys/net/ipv4/conf/$IFACE/forwarding",
  "post-up cat /proc/sys/net/ipv6/conf/default/forwarding >/proc/sys/net/ipv6/conf/$IFACE/forwarding",
];

describe("what ifupdown2's files say, in netplan's words", () => {
  test.each([
    ["addresses of a stanza without a family", "iface enp1s0\naddress 192.0.2.10/24\naddress 2001:db8::10/64\n"],
    ["of both in one of one family", "iface enp1s0 inet static\naddress 192.0.2.10/24\naddress 2001:db8::10/64\n"],
    ["of one that is manual", "iface enp1s0 inet manual\naddress 192.0.2.10/24\naddress 2001:db8::10/64\n"],
    [
      "a netmask for each, which a prefix comes before",
      "iface enp1s0\naddress 192.0.2.10\nnetmask 255.255.255.0\naddress 2001:db8::10/64\nnetmask 48\n",
    ],
  ])("%s", (_, text) => {
    const [[, words] = []] = interfacesWords(new Map([[path, text]]), [link("enp1s0")], "ifupdown2");
    expect(parse(words ?? "").network.ethernets.enp1s0).toEqual({
      ...{ dhcp4: false, dhcp6: false, addresses: ["192.0.2.10/24", "2001:db8::10/64"] },
    });
  });
});

describe("a NIC's stanzas become its bridge's", () => {
  test("in the words that Proxmox VE writes and keeps", () => {
    expect(inForce(bridged(fixed))).toEqual([
      ...["auto br0", "iface enp1s0 inet manual", "iface br0 inet static", ...lines, ...forwarding],
      ...["address 192.0.2.10/24", "gateway 192.0.2.1"],
    ]);
  });

  test("one without a family goes on to be none", () => {
    expect(inForce(bridged("auto enp1s0\niface enp1s0\n  address 192.0.2.10/24\n"))).toContain("iface br0");
  });

  test("the MTU is the bridge's and the port's, by a line each", () => {
    const text = `${fixed}\tmtu 1400\n`;
    expect(inForce(bridged(text)).slice(0, 4)).toEqual([
      ...["auto br0", "iface enp1s0 inet manual", "mtu 1400", "iface br0 inet static"],
    ]);
    expect(inForce(bridged(text)).at(-1)).toBe("mtu 1400");
    expect(inForce(bridged(text, { mtu: 1300 })).filter((line) => /mtu/.test(line))).toEqual(["mtu 1300", "mtu 1300"]);
  });

  test("another addressing takes the place of theirs, hooks stay, and what is said is read again", () => {
    const addressing = {
      ...{ dhcp4: false, "accept-ra": false, addresses: ["192.0.2.20/24", "192.0.2.21/24", "2001:db8::20/64"] },
      routes: [
        { to: "default", via: "192.0.2.2" },
        { to: "198.51.100.0/24", via: "192.0.2.3", metric: 50 },
      ],
      nameservers: { addresses: ["192.0.2.2"] },
    };
    const text = bridged(`${fixed}\tup logger there\n`, { addressing });
    expect(inForce(text).slice(lines.length + 5)).toEqual([
      ...["address 192.0.2.20/24", "address 192.0.2.21/24", "gateway 192.0.2.2", "dns-nameservers 192.0.2.2"],
      ...["up ip route replace 198.51.100.0/24 via 192.0.2.3 dev $IFACE metric 50"],
      ...["post-up echo 0 >/proc/sys/net/ipv6/conf/$IFACE/accept_ra", "up logger there"],
      ...["iface br0 inet6 static", "address 2001:db8::20/64"],
    ]);
    const [[, words] = []] = interfacesWords(new Map([[path, text]]), [link("br0", { kind: "bridge" })], "ifupdown2");
    const { interfaces: _, dhcp6: __, ...said } = parse(words ?? "").network.bridges.br0;
    expect(said).toEqual(addressing);
  });

  test("what the file was is in it, byte for byte", () => {
    const word = fc.constantFrom(
      ...["auto enp1s0", "iface enp1s0 inet static", "\taddress 192.0.2.10/24  ", "# a comment", "", "iface lo"],
      ...["iface enp1s0", "iface enp1s0 inet6 manual", "  up logger \\", "auto lo enp1s0", "\tmtu 1400", "\tvrf red"],
    );
    let edits = 0;
    fc.assert(
      fc.property(fc.constantFrom(fixed, bare), fc.array(word, { maxLength: 12 }), (first, some) => {
        const text = [...first.trimEnd().split("\n"), ...some].join("\n");
        const addressing = { dhcp4: false, addresses: ["192.0.2.20/24", "2001:db8::20/64"] };
        for (const parts of [{}, { addressing }, { mtu: 1300 }]) {
          const edited = tried(() => bridged(text, parts));
          if (edited === undefined) continue;
          edits += 1;
          expect(hasMarks(edited, "br0")).toBe(true);
          expect(withoutMarks(edited, "br0")).toBe(text);
        }
      }),
    );
    expect(edits).toBeGreaterThan(20);
  });
});

const tried = (make: () => string) => {
  try {
    return make();
  } catch {
    return undefined;
  }
};

describe("a NIC that has no address by its stanza keeps that as it is", () => {
  test("and the bridge stands beside it, as Proxmox VE writes it", () => {
    const text = `${bare}\nauto lo\niface lo inet loopback\n`;
    expect(inForce(bridged(text))).toEqual([
      ...["iface enp1s0 inet manual", "auto br0", "iface br0 inet manual", ...lines, ...forwarding],
      ...["auto lo", "iface lo inet loopback"],
    ]);
  });

  test("with the lines that set up its hardware, and its MTU for both", () => {
    const text = `${bare}\tlink-speed 1000\n\tpost-up ethtool -K $IFACE gro off\n\tmtu 9000\n`;
    expect(bridged(text).startsWith(text)).toBe(true);
    expect(inForce(bridged(text)).filter((line) => /mtu/.test(line))).toEqual(["mtu 9000", "mtu 9000"]);
    expect(inForce(bridged(text, { mtu: 1400 })).filter((line) => /mtu/.test(line))).toEqual(["mtu 1400", "mtu 1400"]);
  });

  test("and the bridge has the addresses of the program", () => {
    const addressing = { dhcp4: false, addresses: ["198.51.100.2/24", "2001:db8::2/64"] };
    expect(inForce(bridged(bare, { addressing }))).toEqual([
      ...["iface enp1s0 inet manual", "auto br0", "iface br0", "address 198.51.100.2/24", "address 2001:db8::2/64"],
      ...[...lines, ...forwarding],
    ]);
    const routes = [{ to: "default", via: "198.51.100.1", metric: 7 }];
    expect(inForce(bridged(bare, { addressing: { ...addressing, routes } })).slice(-3)).toEqual([
      ...["metric 7", "iface br0 inet6 static", "address 2001:db8::2/64"],
    ]);
  });

  /** As pve-common 9.2.1 (src/PVE/Network/Interfaces.pm) writes what it has read of `file`, a NIC more and less. */
  const byProxmox = (nics: string, block: string) =>
    `auto lo
iface lo inet loopback

${nics}auto vmbr0
iface vmbr0 inet static
	address 192.0.2.100/24
	gateway 192.0.2.1
	bridge-ports enp9s0
	bridge-stp off
	bridge-fd 0
#LAN
${block}
source /etc/network/interfaces.d/*
`;

  test("and what Proxmox VE writes anew, it writes as kvmnet has it", () => {
    const nics = "iface enp1s0 inet manual\n\niface enp9s0 inet manual\n\n";
    const marks = {
      begin: "# kvmnet br0 begin: change the Pulumi program instead, what is changed here is seen as drift",
    };
    const given = ["mtu 9000", ...lines.slice(3), ...forwarding];
    const block = `${marks.begin}

auto br0
iface br0
	address 198.51.100.2/24
	gateway 198.51.100.1
	address 2001:db8::2/64
	bridge-ports enp1s0
	bridge-stp off
	bridge-fd 0
${given.map((line) => `\t${line}\n`).join("")}# kvmnet br0 end
`;
    const addressing = {
      ...{ dhcp4: false, addresses: ["198.51.100.2/24", "2001:db8::2/64"] },
      routes: [{ to: "default", via: "198.51.100.1" }],
    };
    const mtu = nics.replace("manual\n", "manual\n\tmtu 9000\n");
    expect(bridged(byProxmox(mtu, ""), { addressing })).toBe(byProxmox(mtu, block));
    expect(withoutMarks(byProxmox(mtu, block), "br0")).toBe(byProxmox(mtu, ""));
  });

  test("and where another's stanza has come between two comments, that is not taken out", () => {
    const { begin, rest } = {
      begin: "# kvmnet br0 begin",
      rest: ": change the Pulumi program instead, what is changed here is seen as drift",
    };
    const mixed = `${bare}${begin}${rest}\n\niface enp3s0 inet manual\n\nauto br0\niface br0 inet manual\n\tbridge-ports enp1s0\n# kvmnet br0 end\n`;
    expect(withoutMarks(mixed, "br0")).toContain("iface enp3s0 inet manual");
    const records = { uplink: "enp1s0", previousConfig: { [path]: `${bare}\niface enp3s0 inet manual\n` } };
    const facts = withInterfaces(factsWith({ links: [link("enp1s0")], ifupdown2: true }), new Map([[path, mixed]]));
    expect(() => withoutBridge(facts, "br0", records)).toThrow(
      /has lost comments .*Write the file as it was before br0/,
    );
  });

  test("ifupdown2 is told of the bridge alone, and destroy tells it nothing of the NIC", () => {
    const inputs = definition.inputs.parse({ connection: { host: "kvm1.example" }, uplink: "enp1s0" });
    const facts = withInterfaces(
      factsWith({
        ...{ links: [link("enp0s9", { addresses: [addressOf("192.0.2.100/24")] }), link("enp1s0")] },
        ...{ ifstate: new Map(), ifupdown2: true, tools: new Set() },
      }),
      new Map([[path, bare]]),
    );
    const { change, previousConfig } = planUpdate(facts, inputs, "urn:x::br", "br0");
    expect(change).toMatchObject({ owner: "ifupdown2", keepOnApply: ["br0"], keepOnRollback: [] });
    const records = new Map([["br0", { owner: "urn:x::br", uplink: "enp1s0", previousConfig }]]);
    const kernel = applyBatch(change.createOnApply.reduce(addBridge, facts), [...change.apply, ...change.tidy]);
    const now = withInterfaces({ ...kernel, records }, new Map([[path, change.files.get(path) ?? ""]]));
    const restored = planRestore(now, "br0", previousConfig, inputs.confirm);
    expect(restored.change).toMatchObject({ keepOnApply: [], keepOnRollback: ["br0"] });
    expect(restored.change.apply).toContain("link set dev enp1s0 down mtu 1500");
    expect(restored.change.files.get(path)).toBe(bare);
  });
});

describe("what can't go over is refused by name, with what to write instead", () => {
  test.each([
    ["a VRF", `${fixed}\tvrf red\n`, /the option vrf/],
    ["a bond", `${fixed}\tbond-slaves enp5s0\n`, /the option bond-slaves/],
    ["forwarding", `${fixed}\tip-forward on\n`, /the option ip-forward/],
    ["a VLAN on it", `${fixed}iface enp1s0.20\n`, /a VLAN on enp1s0/],
    ["what it inherits", `${fixed}iface enp1s0 inet6 static inherits lan\n`, /inherits\. Write out in it/],
    ["another way to inherit", `${fixed}\tuse lan\n`, /the option use/],
    ["a method", `${fixed}iface enp1s0 inet6 auto\n`, /a method that kvmnet does not know/],
    ["DHCPv6", `${fixed}iface enp1s0 inet6 dhcp\n`, /asks DHCPv6/],
    ["its hardware", `${fixed}\tpost-up ethtool -K $IFACE gro off\n`, /sets up hardware/],
    ["its name in a hook", `${fixed}\tpost-up tc qdisc add dev enp1s0 root fq\n`, /names enp1s0 .*Write \$IFACE/],
    ["an address in part", `${fixed}\taddress 192.0.2.11\n`, /Write "address 192\.0\.2\.11\/24"/],
    ["a template", `% for i in range(2):\n${fixed}% endfor\n`, /a template, by its line "% for i in range\(2\):"/],
    ["one in a line", `<%def name="nic(i)">\n${fixed}`, /a template, by its line/],
    [
      "a comment that goes on",
      `# what follows \\\n${fixed}`,
      /ends with a backslash, by which ifupdown2 takes the next/,
    ],
    ["nothing that brings it up", fixed.replace("auto enp1s0\n", ""), /in no auto or allow-hotplug line/],
    ["an address by a hook", `${bare}\tup ip addr add 192.0.2.9/24 dev $IFACE\n`, /an addressing beside the bridge's/],
    ["a client by a hook", `${bare}\tup dhclient $IFACE\n`, /an addressing beside the bridge's/],
  ])("%s", (_, text, words) => {
    expect(() => bridged(text)).toThrow(words);
  });

  test("a policy that names the NIC, and DHCP", () => {
    const mentions = [{ link: "enp1s0", path: "/etc/network/ifupdown2/policy.d/lan.json" }];
    const host = factsWith({
      ...{ links: [link("enp1s0", { addresses: [addressOf("192.0.2.10/24")] })], mentions, ifupdown2: true },
      ...{ ifstate: new Map([["enp1s0", "enp1s0"]]), tools: new Set() },
    });
    const inputs = definition.inputs.parse({ connection: { host: "kvm1.example" }, uplink: "enp1s0" });
    const facts = withInterfaces(host, new Map([[path, fixed]]));
    expect(() => planUpdate(facts, inputs, "urn:x::br", "br0")).toThrow(/policy\.d\/lan\.json names enp1s0/);
    expect(() => planUpdate({ ...facts, mentions: [] }, inputs, "urn:x::br", "br0")).not.toThrow();
    const leased = withInterfaces(host, new Map([[path, "auto enp1s0\niface enp1s0 inet dhcp\n"]]));
    expect(() => planUpdate({ ...leased, mentions: [] }, inputs, "urn:x::br", "br0")).toThrow(
      /asks DHCP .*not hand leases over yet/,
    );
  });
});
