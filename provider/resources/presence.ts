import { type Facts, linkNamed } from "../host/facts/facts";
import { need } from "../host/facts/unreadable";
import type { Host } from "../host/host";
import { libvirtOf } from "../plan/libvirt/find";
import type { Connection } from "../schema/connection";
import { nearest } from "../schema/nearest";
import { Refusal } from "../schema/refusal";
import type { Operation } from "./lifecycle";

/** Something on a host that a resource goes by and does not make itself. */
interface Named {
  readonly kind: "bridge" | "network" | "VM";
  readonly name: string;
  /** What the host has of the kind. */
  readonly existing: readonly string[];
  /** What needs it: "the network lan". */
  readonly by: string;
}

/** A preview's word of what the host does not have yet: another resource of the program may make it, or another tool. */
export function warnOfMissing(
  operation: Operation,
  host: Host,
  connection: Connection,
  { kind, name, existing, by }: Named,
): void {
  if (existing.includes(name) || operation.isClaimed(connection, `the ${kind} ${name}`)) return;
  const meant = nearest(name, existing);
  operation.log.warn(
    `${host.label}: there is no ${kind} ${name} yet; it must be there when ${by} is made.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
  );
}

export const bridgesOf = ({ links }: Facts): string[] =>
  links.flatMap(({ kind, name }) => (kind === "bridge" ? [name] : []));
export const networksOf = (facts: Facts, host: Host): string[] =>
  libvirtOf(facts, host.label).networks.map(({ name }) => name);
export const vmsOf = (facts: Facts, host: Host): string[] =>
  libvirtOf(facts, host.label).domains.flatMap(({ name, uuid }) => [name, uuid]);

/** @throws Refusal of a bridge that the host has not */
export function refuseWithoutBridge(facts: Facts, host: Host, bridge: string): void {
  need(facts, "links", [bridge]);
  if (linkNamed(facts, bridge)?.kind === "bridge") return;
  const meant = nearest(bridge, bridgesOf(facts));
  const has = bridgesOf(facts).join(", ") || "none";
  throw new Refusal(
    `${host.label}: bridge: the host has no bridge ${bridge}; it has ${has}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
  );
}
