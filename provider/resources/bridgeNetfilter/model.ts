import type { Facts } from "../../host/facts/facts";
import { netfilterScript } from "../../host/netfilter/script";
import { type Effective, effectiveOf } from "../../plan/netfilter/effective";
import { markOf } from "../../plan/netfilter/fate";
import {
  enabledPath,
  type NetfilterParameters,
  netfilterFiles,
  parametersPath,
  unitPath,
} from "../../plan/netfilter/files";
import { daemonOf, reliesOnBridgeCalls } from "../../plan/netfilter/owner";
import type { BridgeNetfilterInputs, BridgeNetfilterState } from "./definition";

export function netfilterState(
  facts: Facts,
  inputs: BridgeNetfilterInputs,
  { owner, hostKey }: Pick<BridgeNetfilterState, "owner" | "hostKey">,
): BridgeNetfilterState {
  const { connection: _, ...rest } = inputs;
  return {
    ...rest,
    hostId: facts.machineId,
    hostKey,
    owner,
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
    ...(mode === "bypass" ? switchedOn(effective, bridge) : mendable(effective, bridge)),
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

/** What kvmnet leaves alone, with whom to tell it to. */
export function netfilterWarnings(facts: Facts, { bridge, mode }: BridgeNetfilterInputs): string[] {
  const { dropping } = effectiveOf(facts, bridge);
  if (mode === "bypass") {
    return reliesOnBridgeCalls(facts.firewall).map(
      (name) =>
        `bypass: ${name} relies on iptables seeing bridged frames, which it does not any more on this whole host. Take mode "accept" instead.`,
    );
  }
  return dropping.flatMap(({ chain, by }) => {
    const daemon = daemonOf(chain);
    if (daemon) return [`${by} drops what ${bridge} forwards; it belongs to ${daemon.name}: ${daemon.wayOf(bridge)}.`];
    if (chain.family !== "bridge") return [];
    return [`${by} drops what ${bridge} forwards; it was made to filter bridged frames, so it is left as it is.`];
  });
}
