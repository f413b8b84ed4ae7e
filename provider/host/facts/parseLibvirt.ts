import { XMLParser } from "fast-xml-parser";
import type { Libvirt, LibvirtDomain, LibvirtNetwork, LibvirtNic } from "./facts";
import type { Section } from "./sections";

// biome-ignore lint/suspicious/noExplicitAny: libvirt's XML, read element by element.
type Xml = any;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) => name === "interface",
});

/** What one virsh printed, parts between form feeds: "network", its info, its XML live and inactive; "domain", its state, its XML live and inactive. */
export function parseLibvirt(section: Section): Libvirt {
  const networks: LibvirtNetwork[] = [];
  const domains: LibvirtDomain[] = [];
  const parts = section.text.split("\f").map((part) => part.trim());
  while (parts.length > 0) {
    const kind = parts.shift();
    const next = () => parts.shift() ?? "";
    // Without XML: it went away between the list and the look at it.
    if (kind === "network") {
      const [info, xml] = [next(), next()];
      const inactive = parts[0]?.startsWith("<") ? next() : "";
      if (xml) networks.push(parseNetwork(info.split("\n"), xml, inactive));
    } else if (kind === "domain") {
      const [state, xml, inactive] = [next(), next(), next()];
      if (xml) domains.push(parseDomain(state, xml, inactive));
    }
  }
  return { networks, domains, silent: section.code !== 0 };
}

function parseNetwork(info: readonly string[], xml: string, inactive: string): LibvirtNetwork {
  const network = root("network", xml);
  const yes = (key: string) => info.some((line) => line.startsWith(`${key}:`) && line.trim().endsWith("yes"));
  return {
    name: text(network.name),
    uuid: text(network.uuid),
    active: yes("Active"),
    persistent: yes("Persistent"),
    autostart: yes("Autostart"),
    forward: network.forward?.["@mode"] ?? (network.forward === "" ? "nat" : undefined),
    bridge: network.bridge?.["@name"],
    definedBridge: (inactive ? root("network", inactive) : network).bridge?.["@name"],
    xml,
  };
}

function parseDomain(state: string, xml: string, inactive: string): LibvirtDomain {
  const domain = root("domain", xml);
  const running = state !== "shut off" && state !== "crashed";
  return {
    name: text(domain.name),
    uuid: text(domain.uuid),
    running,
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
  if (typeof element !== "object") throw new Error(`libvirt's XML of a ${name} is not as expected.`);
  return element;
}

/** An element's text; with attributes beside it, the parser gives an object. */
function text(element: Xml): string {
  return typeof element === "object" ? String(element?.["#text"] ?? "") : String(element ?? "");
}
