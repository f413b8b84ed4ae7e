import type { Facts, Link } from "../../host/facts/facts";
import { findDefinition, type NetplanDefinition } from "./definition";

/** In bytes; what an Ethernet NIC has unless somebody says another one (RFC 894). */
const ethernet = 1500;

/** The uplink's MTU without the bridge's, which it has as long as the bridge's file says one: that of its own entry. */
export function mtuOfItsOwn(facts: Facts, bridge: string, uplink: Link, own: NetplanDefinition): number {
  if (mtuIn(findDefinition(facts.netplan, bridge)) === undefined) return uplink.mtu;
  return mtuIn(own) ?? ethernet;
}

function mtuIn(definition: NetplanDefinition | undefined): number | undefined {
  const said = definition?.places.map(({ map }) => map.get("mtu")).filter((mtu) => typeof mtu === "number");
  return said?.at(-1);
}
