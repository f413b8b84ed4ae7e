import { familyOf, type Lines } from "./lines";

/** VMs' and containers' ports, by whose hypervisor names them: else `ifreload -a` takes them out of the bridge. */
const guests = "^(vnet|tap|veth|fwpr)";

/**
 * Those of ifupdown2, as Proxmox VE writes them too. Debian's has a bridge with an address route for its LAN, whatever the host is
 * told; Proxmox VE's does not, and is told nothing new by the last two.
 */
export const ifupdown2sLines: Lines = {
  ofBridge: ({ uplink, macAddress, stp, forwardDelay, mtu }) => [
    `bridge-ports ${uplink}`,
    `bridge-stp ${stp ? "on" : "off"}`,
    `bridge-fd ${forwardDelay}`,
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
    `hwaddress ${macAddress}`,
    `bridge-ports-condone-regex ${guests}`,
    ...["ipv4", "ipv6"].map((family) => {
      const conf = `/proc/sys/net/${family}/conf`;
      return `post-up cat ${conf}/default/forwarding >${conf}/$IFACE/forwarding`;
    }),
  ],
  ofPort: (mtu) => (mtu === undefined ? [] : [`mtu ${mtu}`]),
  ofFamily(family, stanza, first) {
    const { addresses, way, routes, names, learns } = familyOf(family, stanza);
    const quiet = first && !learns ? ["post-up echo 0 >/proc/sys/net/ipv6/conf/$IFACE/accept_ra"] : [];
    const own = addresses.map((one) => `address ${one}`);
    return {
      method: own.length > 0 ? "static" : "manual",
      lines: [...own, ...(own.length > 0 ? way : []), ...(first ? names : []), ...routes, ...quiet],
    };
  },
};
