import { type Facts, ports, recordOf, runningOn } from "../../host/facts/facts";
import type { Change } from "../../host/transaction/change";
import { cidrOf } from "../../host/transaction/readdressing";
import { kernelChange } from "../../kernel/kernelChange";
import { demandsOf } from "../../plan/impact/standing";
import { findBridgeDifferences, findMtuDifferences } from "../../plan/link/differences";
import { strayTaps } from "../../plan/link/taps";
import { probesFor } from "../../plan/probes";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { filesFor } from "./files";
import { networkFor, undoneBy } from "./network";
import { siteOf, type Taking } from "./site";
import { resolveVirtualUplink } from "./virtualUplink";
import { planOnVirtualUplink } from "./virtualUplinkPlan";

/** To the bridge as wanted, from whatever there is: nothing, or the bridge of an earlier change. */
export function planBridge(facts: Facts, inputs: BridgeInputs, owner: string, taking: Taking = {}): BridgePlan {
  const made = resolveVirtualUplink(inputs.uplink, recordOf(facts, inputs.name));
  if (made !== undefined) return planOnVirtualUplink(facts, inputs, made, owner, taking);
  const site = siteOf(facts, inputs, owner, taking);
  const { adopted, uplink, handling, there, onUplink, onBridge } = site;
  const { name } = inputs;
  const written = filesFor(site, inputs, owner);
  const { wanted, config, previousConfig, record } = written;
  const told = handling.planTakeOver({ ...wanted, there, joins: uplink.master !== name, onUplink });
  const { dropped, ...network } = networkFor(site, inputs, written);
  const demanded = probesFor(facts, network.losses, wanted.gateways, inputs.confirm.probes);
  const { insteadOf = name } = taking;
  const { inside, ...demands } = demandsOf(facts, [...new Set([uplink.name, name, insteadOf])], demanded, [
    ...onUplink.addresses,
    ...onBridge.addresses,
  ]);
  const change: Change = {
    files: written.files,
    remove: written.remove,
    ...kernelChange(facts, network.target),
    ...(wanted.owner && { owner: wanted.owner }),
    ...(told.handOver && { handOver: told.handOver }),
    leaving: dropped.map(cidrOf),
    keepOnApply: told.keepOnApply,
    keepOnRollback: told.keepOnRollback,
    release: uplink.master === name ? "none" : "rollback",
    ...demands,
    ...undoneBy(inputs.confirm),
  };
  return {
    ...(written.newOwner && { newOwner: written.newOwner }),
    ...{ change, uplink, wanted, config, previousConfig, record, inside, ...network },
    differences: [
      ...findBridgeDifferences(facts, wanted),
      ...findMtuDifferences(facts, wanted),
      ...written.differences,
    ],
    adoptedFiles: adopted?.userDefinition.places.map(({ path }) => path) ?? [],
    strays: there?.kind === "bridge" ? strayTaps(facts, name) : [],
  };
}

/** Names of VMs that run on a bridge. */
export function runningVms(facts: Facts, bridge: string): string[] {
  return runningOn(facts, new Set(ports(facts, bridge).map((port) => port.name))).map((domain) => domain.name);
}
