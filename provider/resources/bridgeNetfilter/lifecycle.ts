import { containsUnknown, isUnknown } from "../../codec/unknown";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { netfilterScript } from "../../host/netfilter/script";
import { installUnit, removeUnit } from "../../host/unit/install";
import { effectiveOf } from "../../plan/netfilter/effective";
import { folderOf, netfilterFiles, ownerOf, scriptPath, udevPath, unitOf, unitPath } from "../../plan/netfilter/files";
import { Refusal } from "../../plan/refusal";
import { runningVms } from "../bridge/plan";
import { type Lifecycle, type Operation, PartlyDone } from "../lifecycle";
import { pinned } from "../pinned";
import { reachHost } from "../reach";
import { type BridgeNetfilterInputs, type BridgeNetfilterState, bridgeNetfilter } from "./definition";
import { importBridgeNetfilter } from "./import";
import { installed, marked, netfilterDrift, netfilterState, netfilterWarnings } from "./model";

/** It changes no link and takes no rule of anybody's away: no transaction is needed. */
export const bridgeNetfilterLifecycle: Lifecycle<BridgeNetfilterInputs, BridgeNetfilterState> = {
  definition: bridgeNetfilter,

  claims(_name, { bridge }) {
    if (bridge === undefined || isUnknown(bridge)) return [];
    return [{ property: "bridge", thing: `what is let through the bridge ${bridge}` }];
  },

  async create(operation, inputs) {
    const { connection, ...known } = inputs;
    if (containsUnknown(inputs)) return { id: "", state: known };
    const { host, facts } = await reachHost(operation, connection);
    if (operation.preview) {
      tell(operation, host, facts, inputs, operation.urn);
      warn(operation, host, facts, inputs);
      return { id: "", state: { ...known, hostId: facts.machineId, drift: [] } };
    }
    const id = `${facts.machineId}/netfilter/${inputs.bridge}`;
    const own = { owner: operation.urn, hostKey: pinned(connection, host) };
    const state = await settle(operation, host, inputs, facts.machineId, own).catch(async (error) => {
      const after = await host.freshFacts().catch(() => undefined);
      if (after === undefined || ownerOf(after.netfilter, inputs.bridge) !== own.owner) throw error;
      // Recorded, so that destroy takes away what there is of it.
      throw new PartlyDone(id, { ...netfilterState(after, inputs, own) }, [(error as Error).message]);
    });
    return { id, state };
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await operation.hosts.reachFacts(inputs.connection, state);
    if (!installed(facts, state.bridge)) {
      return { kind: "gone", why: `${host.label}: nothing lets the frames of ${state.bridge} through any more.` };
    }
    // No drift, as no change of ours could mend it; it is said each time all the same.
    if (inputs.mode === "accept") warn(operation, host, facts, { ...inputs, bridge: state.bridge });
    return {
      kind: "there",
      id,
      inputs,
      state: netfilterState(
        facts,
        { ...inputs, bridge: state.bridge },
        { owner: state.owner, hostKey: state.hostKey ?? pinned(inputs.connection, host) },
      ),
    };
  },

  import: importBridgeNetfilter,

  async update(operation, _id, old, inputs) {
    const { host, facts } = await reachHost(operation, inputs.connection, old);
    if (operation.preview) {
      tell(operation, host, facts, inputs, old.state.owner);
      warn(operation, host, facts, inputs);
      const { connection: _, ...rest } = inputs;
      return { state: { ...old.state, ...rest, drift: [] } };
    }
    return { state: await settle(operation, host, inputs, facts.machineId, old.state) };
  },

  async delete(operation, _id, inputs, { bridge, ...state }) {
    const { host, facts } = await reachHost(operation, inputs.connection, { state });
    if (!installed(facts, bridge) && !marked(facts, bridge)) return;
    const owner = ownerOf(facts.netfilter, bridge) ?? state.owner;
    if (owner !== state.owner) {
      operation.log.info(`${host.label}: the rules for ${bridge} belong to ${owner} now and stay.`);
      return;
    }
    await operation.hosts.exclusive(facts.machineId, async () => {
      operation.signal.throwIfAborted();
      const files = netfilterFiles({ bridge, mode: state.mode, owner }, netfilterScript);
      const [unit, rule] = [unitPath(bridge), udevPath(bridge)];
      const others = new Map([...files].filter(([path]) => path !== unit && path !== rule));
      await removeUnit(host, {
        unit: unitOf(bridge),
        folder: folderOf(bridge),
        files: others,
        others: [unit, rule],
        script: scriptPath(bridge),
        purpose: "take the rules for bridged frames away",
        nextStep: "The rules are those with kvmnet in their comment; run this again, or delete them by hand.",
      });
      const after = await host.freshFacts();
      const { dropping } = effectiveOf(after, bridge);
      const vms = runningVms(after, bridge);
      if (dropping.length > 0 && vms.length > 0)
        operation.log.warn(
          `${host.label}: ${vms.join(", ")} on ${bridge}: from now on frames are dropped by ${dropping.map(({ by }) => by).join("; ")}.`,
        );
    });
  },
};

function tell({ log }: Operation, host: Host, facts: Facts, inputs: BridgeNetfilterInputs, owner: string): void {
  const { bridge, mode } = inputs;
  const files = netfilterFiles({ bridge, mode, owner }, netfilterScript);
  const words = [
    `${host.label}: what ${bridge} forwards between its ports is now ${effectiveOf(facts, bridge).text}`,
    ...(mode === "bypass"
      ? ["net.bridge.bridge-nf-call-iptables, -ip6tables and -arptables become 0 for the whole host."]
      : []),
    ...[...files].filter(([path, text]) => facts.netfilter.get(path) !== text).map(([path]) => `writes ${path}`),
  ];
  log.info(words.join("\n"));
}

function warn({ log }: Operation, host: Host, facts: Facts, inputs: BridgeNetfilterInputs): void {
  for (const warning of netfilterWarnings(facts, inputs)) log.warn(`${host.label}: ${warning}`);
}

async function settle(
  operation: Operation,
  host: Host,
  inputs: BridgeNetfilterInputs,
  machineId: string,
  own: Pick<BridgeNetfilterState, "owner" | "hostKey">,
): Promise<BridgeNetfilterState> {
  return operation.hosts.exclusive(machineId, async () => {
    const wanted = { bridge: inputs.bridge, mode: inputs.mode, owner: own.owner };
    if (linkNamed(await host.recentFacts(operation.signal), wanted.bridge)?.kind !== "bridge")
      throw new Refusal(`${host.label}: bridge: the host has no bridge ${wanted.bridge}.`);
    operation.signal.throwIfAborted();
    await installUnit(host, unitOf(wanted.bridge), netfilterFiles(wanted, netfilterScript));
    const facts = await host.freshFacts();
    const lacking = netfilterDrift(facts, wanted);
    if (lacking.length > 0)
      throw new Error(`${host.label}: ${unitOf(wanted.bridge)} reported success, but ${lacking.join("; ")}.`);
    warn(operation, host, facts, inputs);
    return netfilterState(facts, inputs, own);
  });
}
