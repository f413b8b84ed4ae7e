import type { Facts } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { findDefinition, type NetplanDefinition } from "../entry/definition";
import { hasMarks } from "../ifupdown/marks";
import { isBridgeFile } from "./bridgeFile";

/** In bytes; what an Ethernet NIC has unless somebody says another one (RFC 894). */
const ethernet = 1500;

/** The uplink's MTU without the bridge's, which it has as long as kvmnet's file says one: that of its own entry. */
export function uplinkMtuWithoutBridge(facts: Facts, bridge: string, uplink: Link, own: NetplanDefinition): number {
  return readKvmnetMtu(facts, bridge) === undefined ? uplink.mtu : entryMtu(own, bridge);
}

/** What kvmnet's own file says of a bridge's MTU: nothing where the program does not. */
export function readKvmnetMtu(facts: Facts, bridge: string): number | undefined {
  const definition = findDefinition(facts.netplan, bridge);
  return definition && mtuIn(definition, (path) => isOurs(facts, path, bridge));
}

/** What the user's files say of a bridge's MTU. */
export function usersMtu(facts: Facts, bridge: string): number | undefined {
  const definition = findDefinition(facts.netplan, bridge);
  return definition && mtuIn(definition, (path) => !isOurs(facts, path, bridge));
}

/** Whether kvmnet has written what a file says of a bridge. */
export function isOurs({ interfaces }: Pick<Facts, "interfaces">, path: string, bridge: string): boolean {
  return isBridgeFile(path, bridge) || hasMarks(interfaces.get(path), bridge);
}

/** A NIC's MTU by the user's files. */
export function entryMtu(own: NetplanDefinition, bridge: string): number {
  return mtuIn(own, (path) => !isBridgeFile(path, bridge)) ?? ethernet;
}

function mtuIn({ places }: NetplanDefinition, isMeant: (path: string) => boolean): number | undefined {
  const said = places.filter(({ path }) => isMeant(path)).map(({ map }) => map.get("mtu"));
  return said.filter((mtu) => typeof mtu === "number").at(-1);
}
