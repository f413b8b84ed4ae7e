import { type Facts, ports, recordOf, runningOn } from "../../host/facts/facts";
import type { Change } from "../../host/transaction/change";
import { cidrOf } from "../../host/transaction/readdressing";
import { kernelChange } from "../../kernel/transition";
import { demandsOf } from "../../plan/impact/standing";
import { missing, unlikeMtu } from "../../plan/link/missing";
import { strayTaps } from "../../plan/link/taps";
import { probesFor } from "../../plan/probes";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { filesFor } from "./files";
import { planMade } from "./madePlan";
import { madeUplink } from "./madeUplink";
import { networkFor, undoneBy } from "./network";
import { siteOf, type Taking } from "./site";

/** To the bridge as wanted, from whatever there is: nothing, or the bridge of an earlier change. */
export function planBridge(facts: Facts, inputs: BridgeInputs, owner: string, taking: Taking = {}): BridgePlan {
  const made = madeUplink(inputs.uplink, recordOf(facts, inputs.name));
  if (made !== undefined) return planMade(facts, inputs, made, owner, taking);
  const site = siteOf(facts, inputs, owner, taking);
  const { found, uplink, handling, there, onUplink, onBridge } = site;
  const { name } = inputs;
  const written = filesFor(site, inputs, owner);
  const { wanted, config, previousConfig, record } = written;
  const told = handling.told({ ...wanted, there, joins: uplink.master !== name, onUplink });
  const { leaving, ...network } = networkFor(site, inputs, written);
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
    leaving: leaving.map(cidrOf),
    keepOnApply: told.keepOnApply,
    keepOnRollback: told.keepOnRollback,
    release: uplink.master === name ? "none" : "rollback",
    ...demands,
    ...undoneBy(inputs.confirm),
  };
  return {
    ...{ change, uplink, wanted, config, previousConfig, record, inside, ...network },
    differences: [...missing(facts, wanted), ...unlikeMtu(facts, wanted), ...written.differences],
    found: found?.own.places.map(({ path }) => path) ?? [],
    strays: there?.kind === "bridge" ? strayTaps(facts, name) : [],
  };
}

/** Names of VMs that run on a bridge. */
export function runningVms(facts: Facts, bridge: string): string[] {
  return runningOn(facts, new Set(ports(facts, bridge).map((port) => port.name))).map((domain) => domain.name);
}
