import { type Facts, linkNamed } from "../host/facts/facts";
import type { Change } from "../host/transaction/change";
import { isBridge } from "./linkLines";
import type { Target, TargetLink } from "./target";
import { transition } from "./transition";

/** The kernel's part of a change, as the transaction takes it: the way back follows from the facts. */
export function kernelChange(
  facts: Facts,
  target: Target,
): Pick<
  Change,
  | "apply"
  | "tidy"
  | "rollback"
  | "vlansOnApply"
  | "vlansOnRollback"
  | "createOnApply"
  | "createOnRollback"
  | "deleteOnApply"
  | "deleteOnRollback"
> {
  const { there, back } = transition(facts, target);
  const made = target.links.filter((link) => (isBridge(link) || link.vlan) && !linkNamed(facts, link.name));
  const gone = target.gone.filter((name) => linkNamed(facts, name));
  return {
    apply: there.links,
    tidy: there.tidy,
    rollback: [...back.links, ...back.tidy],
    ...(there.vlans.length > 0 && { vlansOnApply: there.vlans }),
    ...(back.vlans.length > 0 && { vlansOnRollback: back.vlans }),
    createOnApply: made.map(creation),
    createOnRollback: gone.map((name) => creationAgain(facts, name)),
    deleteOnApply: gone,
    deleteOnRollback: made.map(({ name }) => name),
  };
}

/**
 * As transaction.sh takes it: a bridge's name; of a VLAN, what it is on and its number too, and networkd's file of that link,
 * which has networkd make it.
 */
function creation({ name, vlan }: TargetLink): string {
  return vlan === undefined ? name : `${name} ${vlan.link} ${vlan.vlan} ${vlan.file}`;
}

/** Its files are back by then. */
function creationAgain(facts: Facts, name: string): string {
  const { kind, parent, vlan } = linkNamed(facts, name) ?? {};
  return kind === "vlan" ? `${name} ${parent} ${vlan}` : name;
}
