import { familyOf, type Lines } from "./lines";

/** Those of Debian's ifupdown. The bridge is made by lines that need no package; each is true of one that is there. */
export const ifupdownsLines: Lines = {
  ofBridge: ({ name, uplink, macAddress, stp, forwardDelay, mtu }, own) => [
    `pre-up [ -e /sys/class/net/${name} ] || ip link add ${name} type bridge`,
    `pre-up ip link set ${name} address ${macAddress}`,
    `pre-up ip link set ${name} type bridge stp_state ${stp ? 1 : 0}`,
    `pre-up ip link set ${name} type bridge forward_delay ${forwardDelay * 100}`,
    ...(mtu === undefined && own === undefined ? [] : [`pre-up ip link set ${uplink} mtu ${mtu ?? own}`]),
    `pre-up ip link set ${uplink} master ${name} up`,
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
  ],
  ofPort: () => [],
  ofFamily(family, stanza, first) {
    const { addresses, hasAddresses6, way, routes, names: servers, learns } = familyOf(family, stanza);
    const [address, ...more] = addresses;
    const hooks = [
      ...more.map((one) => `up ip address replace ${one}${one.includes(":") ? "" : " broadcast +"} dev $IFACE`),
      ...routes,
    ];
    const names = first ? servers : [];
    const deaf = first && !learns && !hasAddresses6;
    const quiet = deaf ? ["pre-up echo 0 >/proc/sys/net/ipv6/conf/$IFACE/accept_ra"] : [];
    if (address === undefined) {
      const method = family === "inet6" && learns ? "auto" : "manual";
      return { method, lines: [...quiet, ...names, ...hooks] };
    }
    const listens = family === "inet6" && learns ? ["accept_ra 1", "autoconf 1"] : [];
    return { method: "static", lines: [...quiet, `address ${address}`, ...listens, ...way, ...names, ...hooks] };
  },
};
