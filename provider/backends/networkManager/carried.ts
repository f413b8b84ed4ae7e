import { keyfileSections, valueIn } from "../../host/facts/keyfile";
import type { Section } from "../../host/facts/networkUnit";
import { Refusal } from "../../schema/refusal";

/** A NIC's profile, in what goes over to the bridge and what stays with the NIC. */
export interface Halves {
  readonly bridge: readonly Section[];
  readonly port: readonly Section[];
}

/** Sections of nm-settings-keyfile(5) that are of a link's addressing, or of what is asked over it. */
const ofBridge = new Set(["ipv4", "ipv6", "proxy", "hostname"]);
/** Those that are the interface's own, as a port too. */
const ofPort = new Set(["ethernet", "ethtool", "link", "tc", "sriov", "dcb"]);
/** What says of the file itself where it comes from, or which NICs it may be for: kvmnet's name their NIC. */
const ofFile = new Set([".nmmeta", "user", "match"]);

/** Keys of [connection] that go over to the bridge: how its network is seen. */
const ofBridgeKeys = new Set(["zone", "metered", "mdns", "llmnr", "dns-over-tls", "mptcp-flags", "stable-id"]);
const ofPortKeys = new Set(["lldp"]);
/** Those that say which NIC it is, and when the profile comes up. */
const ofProfileKeys = new Set([
  ...[
    "id",
    "uuid",
    "type",
    "interface-name",
    "autoconnect",
    "autoconnect-priority",
    "autoconnect-retries",
    "timestamp",
  ],
  ...["autoconnect-slaves", "autoconnect-ports", "multi-connect", "read-only", "auth-retries", "wait-device-timeout"],
  ...["wait-activation-delay", "gateway-ping-timeout", "mud-url", "down-on-poweroff", "ip-ping-timeout"],
]);

const noPort: Readonly<Record<string, string>> = {
  master: "it is the port of another device by that",
  controller: "it is the port of another device by that",
  permissions: "it is there only while a user is logged in",
  secondaries: "it brings VPNs up with it, which a bridge's profile would not",
};

/**
 * What becomes of each key of a NIC's own profile where the NIC becomes a port.
 * @throws Refusal of what can't be a port's or a bridge's, or is not known here
 */
export function halvesOfProfile(path: string, text: string, uplink: string): Halves {
  const bridge: Section[] = [];
  const port: Section[] = [];
  const sections = keyfileSections(text);
  refuseMethods(sections, path, uplink);
  for (const section of sections) {
    const { name, entries } = section;
    const pick = (keys: ReadonlySet<string>) => ({ name, entries: entries.filter(([key]) => keys.has(key)) });
    if (name === "connection") {
      refuseKeys(path, section, uplink);
      bridge.push(pick(ofBridgeKeys));
      port.push(pick(ofPortKeys));
    } else if (ofBridge.has(name)) bridge.push(section);
    else if (ofPort.has(name)) port.push(section);
    else if (!ofFile.has(name))
      throw new Refusal(
        `uplink: ${uplink} has the section [${name}] in ${path}, with which it can't become a bridge's port as kvmnet knows it. Take it out, or take another NIC.`,
      );
  }
  return { bridge, port };
}

function refuseKeys(path: string, { entries }: Section, uplink: string): void {
  for (const [key, value] of entries) {
    if (value === "" || ofBridgeKeys.has(key) || ofPortKeys.has(key) || ofProfileKeys.has(key)) continue;
    const why = Object.hasOwn(noPort, key) ? noPort[key] : "kvmnet does not know what becomes of it";
    throw new Refusal(
      `uplink: ${uplink} has the key ${key} in [connection] of ${path}, with which it can't become a bridge's port: ${why}. Take it out, or take another NIC.`,
    );
  }
}

function refuseMethods(sections: readonly Section[], path: string, uplink: string): void {
  const [method4 = "auto", method6 = "auto"] = ["ipv4", "ipv6"].map((name) => valueIn(sections, name, "method"));
  for (const [family, method, known] of [
    ["ipv4", method4, /^(auto|manual|disabled|link-local)$/],
    ["ipv6", method6, /^(auto|manual|disabled|link-local|ignore)$/],
  ] as const)
    if (!known.test(method))
      throw new Refusal(
        `uplink: ${uplink} has method=${method} in [${family}] of ${path}: ${method === "shared" ? "it gives its addresses to others, as a router does, and no bridge of kvmnet's can" : "kvmnet does not know what becomes of that on a bridge"}. Write another method, or take another NIC.`,
      );
}
