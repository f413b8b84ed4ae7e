import { type Facts, ownerMarkOf } from "../../host/facts/facts";
import { netfilterScript } from "../../host/netfilter/script";
import { type Effective, effectiveOf, findPlacesWithoutRule, withoutKvmnetRules } from "../../plan/netfilter/effective";
import { markOf, placeOf } from "../../plan/netfilter/fate";
import {
  enabledPath,
  type NetfilterParameters,
  netfilterFiles,
  ownerOf,
  parametersPath,
  unitPath,
} from "../../plan/netfilter/files";
import { daemonOf, emptiedBy, reliesOnBridgeCalls } from "../../plan/netfilter/owner";
import { type Holder, heldOr } from "../ownership/mark";
import { filterMark } from "../ownership/paths";
import type { Marked } from "../ownership/whose";
import type { BridgeNetfilterInputs, BridgeNetfilterState } from "./definition";

/** What a state has of a filter that the host does not tell. */
export type StateOnly = Holder & Pick<BridgeNetfilterState, "owner" | "hostKey">;

/** What a bridge forwards, and whose the host says that this is; 0.1.0 says it among the parameters. */
export function markedFilter(facts: Facts, bridge: string, { host }: BridgeNetfilterInputs["connection"]): Marked {
  const owner = ownerOf(facts.netfilter, bridge);
  const mark = ownerMarkOf(facts, filterMark(bridge)) ?? (owner === undefined ? undefined : { owner });
  return { words: `what is let through the bridge ${bridge}`, mark, importAs: `${host}/${bridge}` };
}

/** 0.1.0 has the URN of its create in the state. */
export const heldBy = ({ ownerId, ownerUrn, owner }: StateOnly): Holder => heldOr({ ownerId, ownerUrn }, owner);

export function netfilterState(
  facts: Facts,
  inputs: BridgeNetfilterInputs,
  { owner, hostKey, ownerId, ownerUrn }: StateOnly,
): BridgeNetfilterState {
  const { connection: _, ...rest } = inputs;
  return {
    ...rest,
    hostId: facts.machineId,
    ...{ hostKey, ownerId, ownerUrn, owner },
    effective: effectiveOf(facts, inputs.bridge).text,
    drift: netfilterDrift(facts, { ...inputs, owner }),
  };
}

/** Whether the host has files of kvmnet's for the bridge. */
export const installed = ({ netfilter }: Facts, bridge: string): boolean =>
  netfilter.has(parametersPath(bridge)) || netfilter.has(unitPath(bridge));

/** Whether a chain has a rule of kvmnet's for the bridge. */
export const marked = ({ firewall }: Facts, bridge: string): boolean =>
  firewall.chains.some(({ rules }) => rules.some(({ comment }) => comment === markOf(bridge)));

/** How the host differs from the wanted state, a sentence each; not what only a daemon's own configuration could mend. */
export function netfilterDrift(facts: Facts, { bridge, mode, owner }: NetfilterParameters): string[] {
  const effective = effectiveOf(facts, bridge);
  const files = netfilterFiles({ bridge, mode, owner }, netfilterScript);
  return [
    ...[...files].flatMap(([path, text]) => {
      const there = facts.netfilter.get(path);
      return there === text ? [] : [there === undefined ? `${path} is not there` : `${path} is another text`];
    }),
    ...(facts.netfilter.has(enabledPath(bridge))
      ? []
      : [`${enabledPath(bridge)} is not there: a reboot would lose it`]),
    ...(mode === "bypass"
      ? switchedOn(effective, bridge)
      : [...mendable(effective, bridge), ...findMissingRules(facts, effective, bridge)]),
  ];
}

function switchedOn({ seen }: Effective, bridge: string): string[] {
  const names = { ip: "iptables", ip6: "ip6tables", arp: "arptables" } as const;
  return (["ip", "ip6", "arp"] as const)
    .filter((family) => seen[family])
    .map((family) => `bridge-nf-call-${names[family]} is 1, for the host or for ${bridge} alone`);
}

function mendable({ dropping }: Effective, bridge: string): string[] {
  return dropping
    .filter(({ chain }) => chain.family !== "bridge" && !daemonOf(chain))
    .map(({ by }) => `what ${bridge} forwards between its ports is dropped by ${by}`);
}

/** Where nothing drops now, and what comes later finds no rule. */
function findMissingRules(facts: Facts, { dropping }: Effective, bridge: string): string[] {
  const named = dropping.map(({ chain }) => placeOf(chain));
  return findPlacesWithoutRule(facts, bridge)
    .filter((place) => !named.includes(place))
    .map(
      (place) =>
        `${place} has no rule for ${bridge}: nothing there drops what it forwards now, but a policy of drop would`,
    );
}

/** What kvmnet leaves alone, with whom to tell it to. */
export function netfilterWarnings(facts: Facts, { bridge, mode }: BridgeNetfilterInputs): string[] {
  const { dropping, unreadable } = effectiveOf(facts, bridge);
  if (mode === "bypass") {
    return reliesOnBridgeCalls(facts.firewall).map(
      (name) =>
        `bypass: ${name} relies on iptables seeing bridged frames, which it does not any more on this whole host. Take mode "accept" instead.`,
    );
  }
  const unsure = unreadable.map(
    (what) => `whether frames of ${bridge} are dropped is not for sure: ${what} can't be read.`,
  );
  const dropped = dropping.flatMap(({ chain, by }) => {
    const daemon = daemonOf(chain);
    if (daemon) return [`${by} drops what ${bridge} forwards; it belongs to ${daemon.name}: ${daemon.wayOf(bridge)}.`];
    if (chain.family !== "bridge") return [];
    return [`${by} drops what ${bridge} forwards; it was made to filter bridged frames, so it is left as it is.`];
  });
  const atReload = effectiveOf(withoutKvmnetRules(facts, bridge), bridge).dropping.flatMap(({ chain, by }) => {
    const daemon = emptiedBy(chain);
    if (!daemon) return [];
    return [
      `${daemon.name} empties ${placeOf(chain)} whenever it starts or is reloaded, kvmnet's rule with it: ${by} drops what ${bridge} forwards then, until the next pulumi up. For good: ${daemon.wayOf(bridge)}.`,
    ];
  });
  return [...dropped, ...atReload, ...unsure];
}
