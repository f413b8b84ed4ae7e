import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { parse, parseDocument, stringify } from "yaml";
import { addressingOf, withoutAddressing } from "../../../provider/backends/entry/addressing";
import { findDefinition } from "../../../provider/backends/entry/definition";
import { bridgeFileText } from "../../../provider/backends/netplan/bridgeFile";
import { networkXml, nicXml } from "../../../provider/plan/libvirt/xml";
import { libvirtName } from "../../../provider/schema/names";
import { Refusal } from "../../../provider/schema/refusal";
import { cases, hostileText } from "./arbitraries";

const path = "/etc/netplan/01-host.yaml";

test("the bridge's file says what it was given, whatever is in the host's own addressing", () => {
  const stanza = fc.record(
    {
      addresses: fc.array(
        fc.oneof(hostileText, fc.dictionary(hostileText, fc.record({ label: hostileText }), { maxKeys: 1 })),
        { maxLength: 3 },
      ),
      nameservers: fc.record({
        addresses: fc.array(hostileText, { maxLength: 2 }),
        search: fc.array(hostileText, { maxLength: 2 }),
      }),
      dhcp4: fc.boolean(),
      "dhcp4-overrides": fc.dictionary(hostileText, fc.oneof(hostileText, fc.boolean(), fc.integer()), { maxKeys: 2 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(hostileText, hostileText, stanza, (port, macAddress, addressing) => {
      const nic = { section: "ethernets", id: port } as const;
      const bridge = { name: "br0", port: nic, macAddress, mtu: undefined, stp: false, forwardDelay: 0, addressing };
      expect(parse(bridgeFileText(bridge)).network.bridges.br0).toEqual(
        parse(
          JSON.stringify({
            ...{ renderer: "networkd", interfaces: [port], macaddress: macAddress },
            ...{ parameters: { stp: false, "forward-delay": 0 }, ...addressing },
          }),
        ),
      );
    }),
    cases(2000),
  );
});

const scalar = fc.oneof(hostileText, fc.boolean(), fc.integer(), fc.constant(null));
const nic = fc.record(
  {
    dhcp4: fc.boolean(),
    addresses: fc.array(hostileText, { maxLength: 3 }),
    routes: fc.array(fc.record({ to: hostileText, via: hostileText }), { maxLength: 2 }),
    nameservers: fc.record({ addresses: fc.array(hostileText, { maxLength: 2 }) }),
    mtu: fc.integer(),
    match: fc.record({ macaddress: hostileText }),
    "x-other": scalar,
    wakeonlan: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** A file as people and tools write it: block or flow, quoted or not, indented by 2 or 4, lists indented or not. */
const written = fc
  .record({
    nics: fc.tuple(nic, nic, fc.boolean()),
    style: fc.record({
      collectionStyle: fc.constantFrom("any", "block", "flow"),
      defaultStringType: fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_LITERAL"),
      indent: fc.constantFrom(2, 4),
      indentSeq: fc.boolean(),
      // A fold cuts escapes of yaml 2.9 apart.
      lineWidth: fc.constant(0),
    }),
    comment: fc.string({ unit: fc.constantFrom("a", ":", " ", "'", '"', "{", "-", "é"), maxLength: 10 }),
  })
  .map(({ nics: [first, second, swapped], style, comment }) => {
    const both: [string, unknown][] = [
      ["enp1s0", first],
      ["enp2s0", second],
    ];
    const ethernets = Object.fromEntries(swapped ? both.reverse() : both);
    const text = stringify({ network: { version: 2, ethernets } }, style as object);
    return `# ${comment}\n${text}# ${comment}\n`;
  })
  // With some of these styles yaml 2.9 writes what no parser takes.
  .filter((text) => parseDocument(text).errors.length === 0);

const addressing = ["dhcp4", "addresses", "routes", "nameservers"];

test("the uplink's addressing is taken out of any file, or the file is refused: all else in it stays", () => {
  let refused = 0;
  fc.assert(
    fc.property(written, (text) => {
      const before = parse(text);
      try {
        const definition = findDefinition(new Map([[path, text]]), "enp1s0");
        if (!definition) throw new Error("not found");
        const uplink = before.network.ethernets.enp1s0;
        expect(addressingOf(definition)).toEqual(
          Object.fromEntries(Object.entries(uplink).filter(([key]) => addressing.includes(key))),
        );
        const after = withoutAddressing(definition).get(path) ?? text;
        for (const key of addressing) delete uplink[key];
        expect(parse(after)).toEqual(before);
        expect(after.match(/^# .*$/gm)?.length).toBeGreaterThanOrEqual(2);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused += 1;
      }
    }),
    cases(2000),
  );
  expect(refused).toBeLessThan(100);
});

const parser = new XMLParser({
  ...{ ignoreAttributes: false, attributeNamePrefix: "@", parseTagValue: false, parseAttributeValue: false },
  trimValues: false,
});

/** What check lets through as a name. */
const name = fc
  .array(fc.oneof(hostileText, fc.constantFrom("web", "lan")), { maxLength: 3 })
  .map((parts) =>
    parts
      .join("")
      .replaceAll(/[\s/\p{C}]/gu, "")
      .slice(0, 200),
  )
  .filter((text) => libvirtName.safeParse(text).success);

test("libvirt's XML has the names that it was given, as names and nothing more", () => {
  fc.assert(
    fc.property(name, name, (network, bridge) => {
      const xml = networkXml({ name: network, on: { kind: "bridge", bridge } });
      expect(XMLValidator.validate(xml)).toBe(true);
      const read = parser.parse(xml).network;
      expect({ name: read.name, bridge: read.bridge["@name"], mode: read.forward["@mode"] }).toEqual({
        name: network,
        bridge,
        mode: "bridge",
      });
      const one = nicXml({ macAddress: "52:54:00:00:00:01", network, model: "virtio", linkState: "up" });
      expect(XMLValidator.validate(one)).toBe(true);
      expect(parser.parse(one).interface.source).toEqual({ "@network": network });
    }),
    cases(2000),
  );
});
