/**
 * What becomes of a key of an interface's entry where the interface becomes a bridge's port, for each key of netplan's
 * reference (netplan-yaml(5) of 1.2) that an uplink's entry may have.
 */
type Fate =
  /** It is of the addressing, and goes where that goes. */
  | "goes over"
  /** It is the interface's own, as a port too. */
  | "stays"
  /** Why the interface can't become a port with it. */
  | { readonly refused: string };

const openVSwitch = { refused: "a port of Open vSwitch, or a setting of its own, is no port of another bridge" };
const downByHand = { refused: "a bridge whose port is not brought up reaches nothing" };

export const fates: Readonly<Record<string, Fate>> = {
  // All device types.
  renderer: "stays",
  dhcp4: "goes over",
  dhcp6: "goes over",
  "ipv6-mtu": "goes over",
  "ipv6-privacy": "goes over",
  "link-local": "goes over",
  // Whether addresses are set though nothing is plugged in.
  "ignore-carrier": "goes over",
  critical: "goes over",
  "dhcp-identifier": "goes over",
  "dhcp4-overrides": "goes over",
  "dhcp6-overrides": "goes over",
  "accept-ra": "goes over",
  "ra-overrides": "goes over",
  addresses: "goes over",
  "ipv6-address-generation": "goes over",
  "ipv6-address-token": "goes over",
  gateway4: "goes over",
  gateway6: "goes over",
  nameservers: "goes over",
  macaddress: "stays",
  mtu: "stays",
  optional: "goes over",
  "optional-addresses": "goes over",
  "activation-mode": downByHand,
  routes: "goes over",
  "routing-policy": "goes over",
  // These three are a bridge's port's.
  "neigh-suppress": "stays",
  hairpin: "stays",
  "port-mac-learning": "stays",
  auth: { refused: "an 802.1X login does not go on as a bridge's port" },
  networkmanager: "stays",
  // Physical devices.
  match: "stays",
  "set-name": "stays",
  wakeonlan: "stays",
  "emit-lldp": "stays",
  "receive-checksum-offload": "stays",
  "transmit-checksum-offload": "stays",
  "tcp-segmentation-offload": "stays",
  "tcp6-segmentation-offload": "stays",
  "generic-segmentation-offload": "stays",
  "generic-receive-offload": "stays",
  "large-receive-offload": "stays",
  openvswitch: openVSwitch,
  // Ethernets: the functions of an SR-IOV card, and InfiniBand.
  link: "stays",
  "virtual-function-count": "stays",
  "embedded-switch-mode": "stays",
  "delay-virtual-functions-rebind": "stays",
  "infiniband-mode": { refused: "a bridge takes Ethernet's frames, which InfiniBand has none of" },
  // Bonds and VLANs, beside `link`.
  interfaces: "stays",
  parameters: "stays",
  id: "stays",
};

export function goesOver(key: string): boolean {
  return fates[key] === "goes over";
}

/** Of an entry's keys, those with which its interface can't become a port, and why: a key that is not known here too. */
export function refusedKeys(keys: Iterable<string>): { readonly key: string; readonly why: string }[] {
  return [...keys].flatMap((key) => {
    const fate = Object.hasOwn(fates, key) ? fates[key] : undefined;
    if (fate === undefined) return [{ key, why: "kvmnet knows netplan's keys up to 1.2, and this is none of them" }];
    return typeof fate === "object" ? [{ key, why: fate.refused }] : [];
  });
}
