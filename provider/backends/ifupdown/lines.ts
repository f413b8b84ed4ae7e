import type { BridgeLink } from "../../kernel/bridgeLink";
import { listOf, nameServersOf, type Stanza } from "../entry/addressing";
import { acceptsAdvertisements, expectAddressing } from "../entry/wanted";

/** A bridge as the file is to have it. */
export interface BridgedNic extends BridgeLink {
  readonly uplink: string;
  /** Undefined: the NIC's, as its stanzas have it. */
  readonly addressing: Stanza | undefined;
}

/** How one of the two programs that read these files is told of a bridge: lines of its stanzas. */
export interface Lines {
  /** What makes the bridge, and puts the NIC into it. `own` is the MTU of the NIC's stanzas. */
  ofBridge(bridge: BridgedNic, own: string | undefined): string[];
  /** What the NIC's own stanza has, once its others are the bridge's. */
  ofPort(mtu: string | undefined): string[];
  /** What says an addressing of one family; `first`: in the bridge's first stanza. */
  ofFamily(family: string, stanza: Stanza, first: boolean): { readonly method: string; readonly lines: string[] };
}

/** What an addressing has of one family. */
export function familyOf(family: string, stanza: Stanza) {
  const isOf = (text: string) => text.includes(":") === (family === "inet6");
  const { addresses, gateways } = expectAddressing(stanza);
  const [gateway] = gateways.filter(isOf);
  const routes = listOf(stanza.routes) as { to: string; via: string; metric?: number; "on-link"?: boolean }[];
  const metric = routes.find(({ via }) => via === gateway)?.metric;
  const others = routes.filter(({ to, via }) => isOf(via) && !(via === gateway && to === "default"));
  return {
    addresses: addresses.filter(isOf),
    hasAddresses6: addresses.some((one) => one.includes(":")),
    way: gateway === undefined ? [] : [`gateway ${gateway}`, ...(metric === undefined ? [] : [`metric ${metric}`])],
    routes: others.map(
      ({ to, via, metric: at }) =>
        `up ip route replace ${to} via ${via} dev $IFACE${at === undefined ? "" : ` metric ${at}`}`,
    ),
    names: nameServersOf(stanza).length > 0 ? [`dns-nameservers ${nameServersOf(stanza).join(" ")}`] : [],
    learns: acceptsAdvertisements(stanza),
  };
}
