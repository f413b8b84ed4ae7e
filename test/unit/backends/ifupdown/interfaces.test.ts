import fc from "fast-check";
import { parse } from "yaml";
import { bridgedFile } from "../../../../provider/backends/ifupdown/bridged";
import { nicStanzas } from "../../../../provider/backends/ifupdown/carried";
import type { BridgedNic } from "../../../../provider/backends/ifupdown/lines";
import { extractMarked, hasMarks, hidden, withoutMarks } from "../../../../provider/backends/ifupdown/marks";
import { withInterfaces } from "../../../../provider/backends/ifupdown/owner";
import { interfacesWords } from "../../../../provider/host/facts/inIfupdownsWords";
import { sourcedFiles } from "../../../../provider/host/facts/interfacesFile";
import { namedInFiles } from "../../../../provider/plan/impact/mentions";
import { otherUnits } from "../../../../provider/plan/impact/networkUnits";
import { factsWith, link } from "../../support/facts";

const path = "/etc/network/interfaces";
const fixed = "auto enp1s0\niface enp1s0 inet static\n\taddress 192.0.2.10/24\n\tgateway 192.0.2.1\n";
const bridge: BridgedNic = {
  ...{ name: "br0", uplink: "enp1s0", macAddress: "02:00:00:00:00:01", stp: false, forwardDelay: 0, mtu: undefined },
  addressing: undefined,
};
const files = (text: string, others: Readonly<Record<string, string>> = {}) =>
  new Map([[path, text], ...Object.entries(others)]);
const bridged = (text: string, parts: Partial<BridgedNic> = {}) =>
  bridgedFile(nicStanzas(files(text), "enp1s0", "br0", "ifupdown"), { ...bridge, ...parts });
/** Without kvmnet's marks and what they keep as comments. */
const inForce = (text: string) =>
  text
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => line.trim());
const saidOf = (text: string) => {
  const [[, words] = []] = interfacesWords(files(text), [link("enp1s0")], "ifupdown");
  return parse(words ?? "").network.ethernets.enp1s0;
};

describe("what ifupdown's files say, in netplan's words", () => {
  test.each([
    [
      "an address with its prefix",
      fixed,
      { addresses: ["192.0.2.10/24"], routes: [{ to: "default", via: "192.0.2.1" }] },
    ],
    [
      "a netmask, a continued line, name servers and an MTU",
      "iface enp1s0 inet static\naddress 192.0.2.10\nnetmask 255.255.254.0\ngateway \\\n  192.0.2.1\nmetric 7\n" +
        "dns-nameservers 192.0.2.1 192.0.2.2\ndns-search lab.test\nmtu 1400\n",
      {
        addresses: ["192.0.2.10/23"],
        routes: [{ to: "default", via: "192.0.2.1", metric: 7 }],
        nameservers: { addresses: ["192.0.2.1", "192.0.2.2"], search: ["lab.test"] },
        mtu: 1400,
      },
    ],
    [
      "several stanzas, and IPv6 that hears no router",
      `${fixed}# two\niface enp1s0 inet static\naddress 192.0.2.11/24\niface enp1s0 inet6 static\naddress 2001:db8::10/64\n`,
      {
        addresses: ["192.0.2.10/24", "192.0.2.11/24", "2001:db8::10/64"],
        routes: [{ to: "default", via: "192.0.2.1" }],
        "accept-ra": false,
      },
    ],
    ["IPv6 by routers", "iface enp1s0 inet manual\niface enp1s0 inet6 auto\n", { "accept-ra": true }],
  ])("%s", (_, text, said) => {
    expect(saidOf(text)).toEqual({ dhcp4: false, dhcp6: false, ...said });
  });

  test("DHCP of either family", () => {
    expect(saidOf("iface enp1s0 inet dhcp\niface enp1s0 inet6 dhcp\n")).toMatchObject({ dhcp4: true, dhcp6: true });
  });

  test("the files that it sources are read in their order, others are told", () => {
    const all = files("source /etc/network/interfaces.d/*.cfg\nsource-directory interfaces.d\nsource /srv/net\n", {
      "/etc/network/interfaces.d/lan.cfg": "",
      "/etc/network/interfaces.d/lan": "",
      "/etc/network/interfaces.d/lan~": "",
    });
    const { read, unavailable } = sourcedFiles(all);
    expect([...read.keys()]).toEqual([path, "/etc/network/interfaces.d/lan.cfg", "/etc/network/interfaces.d/lan"]);
    expect(unavailable).toEqual(["/srv/net"]);
  });
});

describe("a NIC's stanzas as its bridge's", () => {
  const lines = [
    "auto br0",
    "iface enp1s0 inet manual",
    "iface br0 inet static",
    "pre-up [ -e /sys/class/net/br0 ] || ip link add br0 type bridge",
    "pre-up ip link set br0 address 02:00:00:00:00:01",
    "pre-up ip link set br0 type bridge stp_state 0",
    "pre-up ip link set br0 type bridge forward_delay 0",
    "pre-up ip link set enp1s0 master br0 up",
  ];

  test("all that is in them goes on to be said, with its comments", () => {
    const text = `auto lo enp1s0\niface lo inet loopback\n${fixed}\t# as the switch has it\n\tup logger $IFACE\n`;
    expect(inForce(bridged(text))).toEqual([
      ...["auto lo enp1s0", "iface lo inet loopback", ...lines],
      ...["address 192.0.2.10/24", "gateway 192.0.2.1", "up logger $IFACE"],
    ]);
    expect(bridged(text)).toContain("\t# as the switch has it\n");
  });

  test("the NIC has the MTU that the bridge has", () => {
    const said = inForce(bridged(`${fixed}\tmtu 1400\n`, { mtu: 1300 }));
    expect(said).toEqual(expect.arrayContaining(["pre-up ip link set enp1s0 mtu 1300", "mtu 1300"]));
    expect(said).not.toContain("mtu 1400");
    expect(inForce(bridged(`${fixed}\tmtu 1400\n`))).toContain("pre-up ip link set enp1s0 mtu 1400");
  });

  test("another addressing takes the place of theirs, and hooks stay", () => {
    const addressing = {
      ...{ dhcp4: false, addresses: ["192.0.2.20/24", "192.0.2.21/24", "2001:db8::20/64"] },
      routes: [
        { to: "default", via: "192.0.2.2" },
        { to: "198.51.100.0/24", via: "192.0.2.3", metric: 50 },
      ],
      nameservers: { addresses: ["192.0.2.2"] },
    };
    expect(inForce(bridged(`${fixed}\tup logger there\n`, { addressing })).slice(lines.length)).toEqual([
      ...["address 192.0.2.20/24", "gateway 192.0.2.2", "dns-nameservers 192.0.2.2"],
      ...["up ip address replace 192.0.2.21/24 broadcast + dev $IFACE"],
      ...["up ip route replace 198.51.100.0/24 via 192.0.2.3 dev $IFACE metric 50", "up logger there"],
      ...["iface br0 inet6 static", "address 2001:db8::20/64", "accept_ra 1", "autoconf 1"],
    ]);
  });

  test("what the program says is read again in netplan's words", () => {
    const addressing = {
      addresses: ["192.0.2.20/24", "192.0.2.21/24", "2001:db8::20/64"],
      routes: [
        { to: "default", via: "192.0.2.2" },
        { to: "198.51.100.0/24", via: "192.0.2.3", metric: 50 },
      ],
      nameservers: { addresses: ["192.0.2.2"] },
    };
    const [[, words] = []] = interfacesWords(
      files(bridged(fixed, { addressing })),
      [link("br0", { kind: "bridge" })],
      "ifupdown",
    );
    const { addresses, routes, nameservers } = parse(words ?? "").network.bridges.br0;
    expect(new Set(addresses)).toEqual(new Set(addressing.addresses));
    expect({ routes, nameservers }).toEqual({ routes: addressing.routes, nameservers: addressing.nameservers });
  });

  test("no addresses, and an ear for no router", () => {
    const said = inForce(bridged(fixed, { addressing: { dhcp4: false, "accept-ra": false } }));
    expect(said).toContain("iface br0 inet manual");
    expect(said.at(-1)).toBe("pre-up echo 0 >/proc/sys/net/ipv6/conf/$IFACE/accept_ra");
  });

  test("what the file was is in it, byte for byte, whatever a hand adds elsewhere", () => {
    const word = fc.constantFrom(
      ...[
        "auto enp1s0",
        "iface enp1s0 inet static",
        "\taddress 192.0.2.10/24  ",
        "# a comment \\",
        "",
        "iface lo inet loopback",
      ],
      ...[
        "iface enp1s0 inet6 auto",
        "  up logger \\",
        "auto lo enp1s0",
        "\tmtu 1400",
        "allow-hotplug enp1s0",
        "mapping eth*",
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (some) => {
        const text = [...fixed.split("\n").slice(0, 3), ...some].join("\n");
        const addressing = { dhcp4: false, addresses: ["192.0.2.20/24", "2001:db8::20/64"] };
        for (const said of [undefined, addressing]) {
          const edited = tried(() => bridged(text, { addressing: said }));
          if (edited === undefined) continue;
          expect(hasMarks(edited, "br0")).toBe(true);
          expect(withoutMarks(edited, "br0")).toBe(text);
          expect(withoutMarks(`iface enp2s0 inet manual\n${edited}`, "br0")).toBe(`iface enp2s0 inet manual\n${text}`);
        }
      }),
    );
  });

  test("of a part whose end a hand took away, nothing is lost", () => {
    const edited = bridged(fixed);
    const cut = edited.replace("# kvmnet br0 end\n", "");
    expect(withoutMarks(cut, "br0")).toContain("iface br0 inet static\n");
    expect(withoutMarks(cut, "br0")).toMatch(/gateway 192\.0\.2\.1\n$/);
  });

  test("what kvmnet adds is told apart from what is the user's", () => {
    expect(
      extractMarked(bridged(`${fixed}iface wlan0 inet dhcp\n\twpa-psk geheim\n`), "br0")
        .split("\n")
        .slice(0, 3),
    ).toEqual([...["auto br0", "iface enp1s0 inet manual", "iface br0 inet static"]]);
    expect(extractMarked(bridged(fixed), "br0")).not.toContain("192.0.2");
  });

  test("neither secrets nor comments of the user's are shown", () => {
    expect(hidden(bridged(`# the key is 7\n${fixed}iface wlan0 inet dhcp\n\twpa-psk geheim\n`))).not.toMatch(
      /7$|geheim/m,
    );
  });
});

const tried = (make: () => string) => {
  try {
    return make();
  } catch {
    return undefined;
  }
};

describe("what can't go over is refused by name, with what to write instead", () => {
  test.each([
    ["mapping enp*\n\tscript /bin/x\n", /"mapping enp\*".*maps enp1s0.*"iface enp1s0 …" for it/],
    ["iface enp1s0 inet6 auto inherits lan\n", /"iface enp1s0 inet6 auto inherits lan".*inherits. Write out/],
    ["iface enp9s0 inet static inherits enp1s0\n", /inherits from enp1s0/],
    ["\tup ip route add 198.51.100.0/24 dev enp1s0\n", /names enp1s0 in its line "up ip route.*Write \$IFACE/],
    ["\tbond-slaves a b\n", /the option bond-slaves/],
    ["\thwaddress 02:00:00:00:00:09\n", /the option hwaddress/],
    ["auto /en*\n", /"auto \/en\*".*means enp1s0 by a pattern/],
    ["auto mac/02:*=lan\n", /means enp1s0 by a pattern/],
    ["allow-hotplug enp1s0=lan\n", /means enp1s0 by a pattern/],
    ["rename enp1s0=lan0\n", /renames enp1s0/],
    ["no-auto-down enp1s0\n", /a bridge or its port then. Take it out of that/],
    ["iface enp1s0:1 inet static\n\taddress 192.0.2.11/24\n", /an alias of enp1s0/],
    ["iface enp1s0.20 inet manual\n", /a VLAN on enp1s0/],
    ["iface br0 inet manual\n", /names br0 already/],
    ["iface enp1s0 inet6 dhcp\n", /asks DHCPv6 .*Write "iface enp1s0 inet6 static" or/],
    ["iface enp1s0 inet ppp\n", /a method that kvmnet does not know/],
    ["iface enp1s0 inet static\n\taddress 192.0.2.11\n", /without its prefix. Write "address 192.0.2.11\/24"/],
    ["source /srv/net/*\n", /sources \/srv\/net\/\*, which kvmnet does not read/],
  ])("%j", (more, words) => {
    expect(() => bridged(`${fixed}${more}`)).toThrow(words);
  });

  test("a NIC that nothing brings up, or that stands in two files", () => {
    expect(() => bridged(fixed.replace("auto enp1s0\n", ""))).toThrow(/in no auto or allow-hotplug line/);
    const two = files(`source interfaces.d/*\n${fixed}`, {
      "/etc/network/interfaces.d/lan": "iface enp1s0 inet6 auto\n",
    });
    expect(() => nicStanzas(two, "enp1s0", "br0", "ifupdown")).toThrow(
      /interfaces and in .*lan\. Write all of it into one/,
    );
  });

  test("two stanzas of a family, where the program says addresses", () => {
    const addressing = { dhcp4: false, addresses: ["192.0.2.20/24"] };
    const text = `${fixed}iface enp1s0 inet static\n\taddress 192.0.2.11/24\n`;
    expect(() => bridged(text, { addressing })).toThrow(/^addressing: enp1s0 has several stanzas of inet/);
  });
});

test("a file of networkd's that matches the NIC or its bridge is told, and one that names neither is not", () => {
  const links = [link("enp1s0")];
  const networkUnits = new Map([
    ["/etc/systemd/network/10-lan.network", "[Match]\nName=en*\n"],
    ["/etc/systemd/network/20-bridges.network", "[Match]\nName=br*\n"],
    ["/usr/lib/systemd/network/80-container-host0.network", "[Match]\nName=host0\n"],
  ]);
  const facts = withInterfaces(factsWith({ links, networkUnits }), files(fixed));
  const step = { gone: "enp1s0", successor: "br0", enslaved: links[0], deleted: false };
  expect(otherUnits(facts, step).map(({ name, says, verdict }) => [name, says.split(":")[0], verdict])).toEqual([
    [
      "networkd:/etc/systemd/network/10-lan.network",
      expect.stringMatching(/matches enp1s0, which ifupdown has$/),
      "refused",
    ],
    [
      "networkd:/etc/systemd/network/20-bridges.network",
      expect.stringMatching(/matches br0, which ifupdown has$/),
      "refused",
    ],
  ]);
});

test("the file that is edited is no file that names the NIC, others are", () => {
  const mentions = [path, "/etc/dnsmasq.conf"].map((one) => ({ link: "enp1s0", path: one }));
  const facts = withInterfaces(factsWith({ links: [link("enp1s0")], mentions }), files(fixed));
  const step = { gone: "enp1s0", successor: "br0", enslaved: facts.links[0], deleted: false };
  expect(namedInFiles(facts, step).map(({ name }) => name)).toEqual(["file:/etc/dnsmasq.conf:enp1s0"]);
});
