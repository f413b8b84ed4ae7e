import { bridgedFile } from "../../../../provider/backends/ifupdown/bridged";
import { nicStanzas } from "../../../../provider/backends/ifupdown/carried";
import type { BridgedNic } from "../../../../provider/backends/ifupdown/lines";
import { hidden, withoutMarks } from "../../../../provider/backends/ifupdown/marks";
import { withInterfaces } from "../../../../provider/backends/ifupdown/owner";
import { interfacesWords } from "../../../../provider/host/facts/inIfupdownsWords";
import { sourcedFiles, stanzasOf } from "../../../../provider/host/facts/interfacesFile";
import { namedInFiles } from "../../../../provider/plan/impact/mentions";
import { factsWith, link } from "../../support/facts";

const path = "/etc/network/interfaces";
const fixed = "auto enp1s0\niface enp1s0 inet static\n\taddress 192.0.2.10/24\n\tgateway 192.0.2.1\n";
const bridged = (text: string, { name = "br0", uplink = "enp1s0" } = {}) => {
  const bridge: BridgedNic = {
    ...{ name, uplink, macAddress: "02:00:00:00:00:01", stp: false, forwardDelay: 0, mtu: undefined },
    addressing: undefined,
  };
  return bridgedFile(nicStanzas(new Map([[path, text]]), uplink, name, "ifupdown"), bridge);
};
const addressesOf = (text: string) =>
  interfacesWords(new Map([[path, text]]), [link("enp1s0")], "ifupdown")[0]?.[1]
    .match(/(?<=addresses:\n)( +- .*\n)+/)?.[0]
    .trim();

describe("an address is read as ifupdown sets it", () => {
  test.each([
    ["inet", "address 192.0.2.10/24\nnetmask 255.255.0.0", "- 192.0.2.10/16"],
    ["inet", "address 192.0.2.10/255.255.255.0", "- 192.0.2.10/24"],
    ["inet6", "address 2001:db8::10/64\nnetmask 48", "- 2001:db8::10/48"],
    ["inet6", "address 2001:db8::10", "- 2001:db8::10/128"],
  ])("%s: %j", (family, options, said) => {
    expect(addressesOf(`iface enp1s0 ${family} static\n${options}\n`)).toBe(said);
  });
});

describe("what people write beside it is refused by name", () => {
  test.each([
    [`${fixed}\tnetmask 255.255.foo\n`, /no address of inet that kvmnet can read.*192/],
    [`${fixed}\tmetric 7 # slow\n`, /the line "metric 7 # slow".*Write a number alone/],
    [`${fixed}\tmtu 1400; reboot\n`, /the line "mtu 1400; reboot".*Write a number alone/],
    [fixed.replace("2.1\n", "2.1 # router\n"), /the line "gateway 192\.0\.2\.1 # router".*Write an address alone/],
    [fixed.replace("2.10/24", "2.10/24 # lan"), /the line "address 192\.0\.2\.10\/24 # lan".*Write an address alone/],
    [`${fixed}\tbroadcast 192.0.2.255 # all\n`, /the line "broadcast 192\.0\.2\.255 # all".*Write one word alone/],
    [`${fixed}\taddress 192.0.2.11/24\n`, /has address twice.*Write each in a stanza of its own/],
    [`${fixed}\tgateway 192.0.2.2\n`, /has gateway twice/],
    [
      fixed.replace("static\n", "static # main\n"),
      /has more behind static than kvmnet knows.*Write "iface enp1s0 inet static"/,
    ],
    [
      "auto enp1s0\niface lan inet static\niface enp1s0 inherits lan\n",
      /"iface enp1s0 inherits lan".*inherits. Write out/,
    ],
    [`${fixed}iface enp9s0 inherits enp1s0\n`, /inherits from enp1s0/],
    [`${fixed}mapping br*\n\tscript /bin/x\n`, /"mapping br\*".*maps br0/],
    [`${fixed}auto /br?\n`, /"auto \/br\?".*means br0 by a pattern/],
    [`${fixed}no-auto-down /br*\n`, /"no-auto-down \/br\*".*names br0/],
    [`${fixed}rename /br*=lan\n`, /renames br0/],
    [`${fixed}\tauto\n\tup logger x\n`, /has the line "auto" within it.*Write "auto enp1s0" before it/],
    [`${fixed}\tup sysctl -w net.ipv4.conf.enp1s0.proxy_arp=1\n`, /names enp1s0 in its line "up sysctl/],
    [`${fixed}\tpre-up ethtool -s $IFACE wol g\n`, /ethtool.*a bridge has no hardware.*\.link file/],
    [`${fixed}\tpost-up /sbin/ethtool -K enp1s0 tso off || true\n`, /a bridge has no hardware/],
    [`# kvmnet br0 was: iface lan inet static\n${fixed}`, /the comment "# kvmnet br0 was: .*Take it out/],
    [`${fixed}# kvmnet br0 end\n`, /the comment "# kvmnet br0 end"/],
    [fixed.replace("192.0.2.10/24", "2001:db8::10/64"), /no address of inet that kvmnet can read/],
    [`${fixed}\t\\\n\tup logger x\n`, /has the option , of which/],
    [`${fixed}iface lo inet loopback\\`, /ends with a backslash/],
    [`source-dir /srv/net\n${fixed}`, /sources \/srv\/net, which/],
    [`source /etc/network/interfaces.dmz\n${fixed}`, /sources \/etc\/network\/interfaces\.dmz, which/],
    [`source interfaces.d/*a*a*a*a*b\n${fixed}`, /sources .*a\*b, which/],
    [`source-directory interfaces.d/*\n${fixed}`, /sources .*interfaces\.d\/\*, which/],
  ])("%j", (text, words) => {
    expect(() => bridged(text)).toThrow(words);
  });
});

test("two bridges whose NICs one line brings up do not take it from each other", () => {
  const second = "iface enp2s0 inet static\n\taddress 198.51.100.10/24\n";
  const text = `auto lo enp1s0 enp2s0\n${fixed.slice(fixed.indexOf("iface"))}${second}`;
  const both = bridged(bridged(text), { name: "br1", uplink: "enp2s0" });
  expect(bridged(withoutMarks(both, "br0"))).toBe(both);
  expect(bridged(withoutMarks(both, "br1"), { name: "br1", uplink: "enp2s0" })).toBe(both);
  for (const [first, then] of [
    ["br0", "br1"],
    ["br1", "br0"],
  ] as const)
    expect(withoutMarks(withoutMarks(both, first), then)).toBe(text);
});

test("an editor that writes other line ends leaves kvmnet's part to be found", () => {
  const edited = bridged(fixed).replaceAll("\n", "\r\n");
  expect(withoutMarks(edited, "br0")).toBe(fixed.replaceAll("\n", "\r\n"));
});

test("lines of others in the same file that name the NIC, or the bridge that goes, are told", () => {
  const others = `${fixed}iface lo inet loopback\n\tup ip route add 203.0.113.0/24 dev enp1s0\n`;
  const mentions = ["enp1s0", "br0"].map((one) => ({ link: one, path }));
  const links = [link("enp1s0"), link("br0", { kind: "bridge" })];
  const toldOf = (text: string, gone: string, successor: string) =>
    namedInFiles(withInterfaces(factsWith({ links, mentions }), new Map([[path, text]])), {
      ...{ gone, successor, enslaved: undefined, deleted: false },
    }).map(({ name }) => name);
  expect(toldOf(others, "enp1s0", "br0")).toEqual([`file:${path}:enp1s0`]);
  expect(toldOf(fixed, "enp1s0", "br0")).toEqual([]);
  expect(toldOf(bridged(fixed), "br0", "enp1s0")).toEqual([]);
  expect(toldOf(`${bridged(fixed)}\tup ip route add 203.0.113.0/24 dev br0\n`, "br0", "enp1s0")).toEqual([
    `file:${path}:br0`,
  ]);
});

test("a secret in a command is not shown", () => {
  expect(hidden("\tup wpa_cli -p psk=geheim\n\tup echo well\n")).toBe("\tup (hidden)\n\tup echo well\n");
});

test("what a host writes to make it slow is read in no time", () => {
  const began = performance.now();
  const blanks = " ".repeat(100_000);
  expect(stanzasOf(`iface lo inet loopback\n\tup a${blanks}b\n`)[0]?.options[0]?.value).toBe(`a${blanks}b`);
  hidden("key".repeat(40_000));
  sourcedFiles(
    new Map([
      [path, `source interfaces.d/${"*a".repeat(9)}b\n`],
      [`${path}.d/${"a".repeat(200)}`, ""],
    ]),
  );
  expect(performance.now() - began).toBeLessThan(1000);
});
