import { XMLParser } from "fast-xml-parser";
import { atOnce, type Steps } from "../turns";
import type { Libvirt, LibvirtDomain, LibvirtNetwork, LibvirtNic, NetworkForward } from "./libvirt";
import { limits } from "./limits";
import type { Section } from "./sections";
import type { Miss } from "./unreadable";

// biome-ignore lint/suspicious/noExplicitAny: libvirt's XML, read element by element.
type Xml = any;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) => name === "interface",
  // Anybody's own XML, with elements of whatever name, in whatever depth.
  stopNodes: ["domain.metadata", "network.metadata"],
});

/** At once, and without a word of what can't be read. */
export function parseLibvirt(section: Section): Libvirt {
  return atOnce(parsingLibvirt(section, () => {}));
}

/**
 * What one virsh printed, parts between form feeds: "network UUID", its info, its XML live and inactive; "domain UUID", its
 * state, its XML live and inactive; "transient" and "saved", UUIDs of VMs. Each is read for itself.
 */
export function* parsingLibvirt(section: Section, miss: Miss): Steps<Libvirt> {
  const networks: LibvirtNetwork[] = [];
  const domains: LibvirtDomain[] = [];
  let [transient, saved] = [new Set<string>(), new Set<string>()];
  const parts = section.text.split("\f", limits.sections).map((part) => part.trim());
  for (let at = 0; at < parts.length; ) {
    const [kind, uuid] = (parts[at++] ?? "").split(" ");
    const next = () => parts[at++] ?? "";
    const read = <T>(part: "networks" | "domains", what: string, texts: readonly string[], parse: () => T): T[] => {
      try {
        if (texts.some((xml) => xml.length > limits.xml))
          throw new Error(`its XML is longer than ${limits.xml / 1024} KB`);
        return [parse()];
      } catch (error) {
        const names = [...namesIn(texts), ...(uuid === undefined ? [] : [uuid])];
        const which = `${what} ${names[0]?.replace(/\s+/g, " ") ?? "without a name"}`;
        miss(part, names.length > 1 ? names : undefined, `${which} can't be read: ${(error as Error).message}`);
        return [];
      }
    };
    // Without XML: it went away between the list and the look at it.
    if (kind === "network") {
      const [info, xml] = [next(), next()];
      const inactive = parts[at]?.startsWith("<") ? next() : "";
      if (xml)
        networks.push(
          ...read("networks", "the network", [xml, inactive], () => parseNetwork(info.split("\n"), xml, inactive)),
        );
    } else if (kind === "domain") {
      const [state, xml, inactive] = [next(), next(), next()];
      if (xml) domains.push(...read("domains", "the VM", [xml, inactive], () => parseDomain(state, xml, inactive)));
    } else if (kind === "transient") transient = new Set(next().split("\n"));
    else if (kind === "saved") saved = new Set(next().split("\n"));
    yield;
  }
  const all = domains.map((domain) => ({
    ...domain,
    // libvirt shows what runs as the definition of one that has none.
    ...(transient.has(domain.uuid) && { transient: true as const, inactive: [] }),
    ...(saved.has(domain.uuid) && !domain.running && { saved: true as const }),
  }));
  return { networks, domains: all, silent: section.code !== 0 };
}

/** A name and a UUID out of XML that can't be read as a whole: libvirt writes them first. */
function namesIn(texts: readonly string[]): string[] {
  const start = texts.map((xml) => xml.slice(0, 4096)).join("\n");
  return [/^ {2}<name>([^<&]+)<\/name>/m, /^ {2}<uuid>([^<&]+)<\/uuid>/m].flatMap((one) => one.exec(start)?.[1] ?? []);
}

function parseNetwork(info: readonly string[], xml: string, inactive: string): LibvirtNetwork {
  const network = root("network", xml);
  const yes = (key: string) => info.some((line) => line.startsWith(`${key}:`) && line.trim().endsWith("yes"));
  return {
    name: nameOf(network),
    uuid: text(network.uuid),
    active: yes("Active"),
    persistent: yes("Persistent"),
    autostart: yes("Autostart"),
    ...forwardOf(network),
    definedBridge: (inactive ? root("network", inactive) : network).bridge?.["@name"],
    xml,
    definition: inactive || xml,
  };
}

function forwardOf({ forward, bridge }: Xml): NetworkForward {
  const named: unknown[] = [forward?.["@dev"], ...(forward?.interface ?? []).map((one: Xml) => one["@dev"])];
  const devices = [...new Set(named.filter((one) => typeof one === "string"))];
  return {
    forward: forward?.["@mode"] ?? (forward === "" ? "nat" : undefined),
    bridge: bridge?.["@name"],
    ...(devices.length > 0 && { devices }),
  };
}

/** The same of a network's XML. */
export const forwardIn = (xml: string): NetworkForward => forwardOf(root("network", xml));

function parseDomain(state: string, xml: string, inactive: string): LibvirtDomain {
  const domain = root("domain", xml);
  const running = state !== "shut off" && state !== "crashed";
  return {
    name: nameOf(domain),
    uuid: text(domain.uuid),
    running,
    ...(["paused", "pmsuspended"].includes(state) && { paused: true as const }),
    live: running ? parseNics(domain) : [],
    inactive: inactive ? parseNics(root("domain", inactive)) : [],
  };
}

function parseNics(domain: Xml): LibvirtNic[] {
  return (domain?.devices?.interface ?? []).map((nic: Xml) => ({
    mac: String(nic.mac?.["@address"] ?? "").toLowerCase(),
    type: text(nic["@type"]),
    network: nic.source?.["@network"],
    bridge: nic.source?.["@bridge"],
    device: nic["@type"] === "direct" ? nic.source?.["@dev"] : undefined,
    model: nic.model?.["@type"],
    tap: nic.target?.["@dev"],
    linkState: nic.link?.["@state"] === "down" ? "down" : "up",
    element: nic,
  }));
}

function root(name: string, xml: string): Xml {
  const element = parser.parse(xml)[name];
  if (typeof element !== "object") throw new Error(`libvirt's XML has no <${name}>`);
  return element;
}

/** libvirt takes none with line feeds and the like in it: who tells of one would have it end a line of what is shown. */
function nameOf(element: Xml): string {
  const name = text(element.name);
  if (/\p{C}/u.test(name)) throw new Error("its name has control characters in it");
  return name;
}

/** An element's text; with attributes beside it, the parser gives an object. */
function text(element: Xml): string {
  return typeof element === "object" ? String(element?.["#text"] ?? "") : String(element ?? "");
}
