import { type Facts, linkNamed } from "../../host/facts/facts";
import type { OwnerMark } from "../../host/facts/records";
import { need } from "../../host/facts/unreadable";
import type { Host } from "../../host/host";
import { netfilterScript } from "../../host/netfilter/script";
import { installUnit, removeUnit } from "../../host/unit/install";
import { effectiveOf } from "../../plan/netfilter/effective";
import {
  folderOf,
  netfilterFiles,
  ownerOf,
  reloadUnitOf,
  reloadUnitPath,
  scriptPath,
  udevPath,
  unitOf,
  unitPath,
} from "../../plan/netfilter/files";
import { Refusal } from "../../schema/refusal";
import { isKnown, isUnknown } from "../../schema/unknown";
import { runningVms } from "../bridge/plan";
import { type Lifecycle, type Old, type Operation, PartlyDone } from "../lifecycle";
import { keepMark } from "../ownership/keep";
import { clearPending, holderOf, newMark, renewMark } from "../ownership/mark";
import { filterMark } from "../ownership/paths";
import { isToGo, logRenewal, logTakenOver, seenOwner, takeBack, takeOver } from "../ownership/whose";
import { pinHostKey } from "../pinHostKey";
import { lookAtHost, reachHost, reachKnownHost } from "../reach";
import { type BridgeNetfilterInputs, type BridgeNetfilterState, bridgeNetfilter } from "./definition";
import { importBridgeNetfilter } from "./import";
import {
  heldBy,
  installed,
  marked,
  markedFilter,
  netfilterDrift,
  netfilterState,
  netfilterWarnings,
  type StateOnly,
} from "./model";

/** It changes no link and takes no rule of anybody's away: no transaction is needed. */
export const bridgeNetfilterLifecycle: Lifecycle<BridgeNetfilterInputs, BridgeNetfilterState> = {
  definition: bridgeNetfilter,

  listClaims(_name, { bridge }) {
    if (bridge === undefined || isUnknown(bridge)) return [];
    return [{ property: "bridge", subject: `what is let through the bridge ${bridge}` }];
  },

  async previewCreate(operation, inputs) {
    const { connection, ...known } = inputs;
    if (!isKnown<BridgeNetfilterInputs>(inputs)) return { ...known, ...(await reachKnownHost(operation, connection)) };
    const { host, facts, thing } = await takeable(operation, inputs);
    logTakenOver(operation, host, thing);
    logPlan(operation, host, facts, inputs, operation.urn);
    warn(operation, host, facts, inputs);
    return { ...known, hostId: facts.machineId, drift: [] };
  },

  async create(operation, inputs) {
    const { host, facts, thing } = await takeable(operation, inputs);
    const id = `${facts.machineId}/netfilter/${inputs.bridge}`;
    const mark = newMark(operation.urn, thing.mark);
    const own = { ...holderOf(mark), owner: operation.urn, hostKey: pinHostKey(host) };
    const state = await reconcile(operation, host, inputs, facts.machineId, own, mark).catch(async (error) => {
      const after = await host.readFreshFacts().catch(() => undefined);
      if (after?.marks.get(filterMark(inputs.bridge))?.ownerId !== mark.ownerId || after === undefined) throw error;
      // Recorded, so that destroy takes away what there is of it.
      throw new PartlyDone(id, { ...netfilterState(after, inputs, own) }, [(error as Error).message]);
    });
    return { id, state };
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await lookAtHost(operation, inputs.connection, state);
    need(facts, "files", [state.bridge]);
    if (!installed(facts, state.bridge)) {
      return { kind: "gone", why: `${host.label}: nothing lets the frames of ${state.bridge} through any more.` };
    }
    // No drift, as no change of ours could mend it; it is said each time all the same.
    if (inputs.mode === "accept") warn(operation, host, facts, { ...inputs, bridge: state.bridge });
    const thing = markedFilter(facts, state.bridge, inputs.connection);
    const { drift, ...holder } = seenOwner(operation, host, thing, heldBy(state));
    const own = { ...holder, owner: state.owner, hostKey: pinHostKey(host, state.hostKey) };
    const found = netfilterState(facts, { ...inputs, bridge: state.bridge }, own);
    return { kind: "there", id, inputs, state: { ...found, drift: [...drift, ...found.drift] } };
  },

  import: importBridgeNetfilter,

  async previewUpdate(operation, _id, old, inputs) {
    const { host, facts, thing } = await changeable(operation, inputs, old);
    logRenewal(operation, host, thing, old.state);
    logPlan(operation, host, facts, inputs, old.state.owner);
    warn(operation, host, facts, inputs);
    const { connection: _, ...rest } = inputs;
    return { ...old.state, ...rest, drift: [] };
  },

  async update(operation, _id, old, inputs) {
    const { host, facts, thing } = await changeable(operation, inputs, old);
    const mark = renewMark(operation.urn, thing.mark, old.state);
    const own = { ...old.state, ...holderOf(mark), hostKey: pinHostKey(host, old.state.hostKey) };
    return { state: await reconcile(operation, host, inputs, facts.machineId, own, mark) };
  },

  async delete(operation, _id, inputs, { bridge, ...state }) {
    const { host, facts } = await reachHost(operation, inputs.connection, { state });
    need(facts, "files", [bridge]);
    if (!installed(facts, bridge) && !marked(facts, bridge)) return;
    const thing = markedFilter(facts, bridge, inputs.connection);
    if (!isToGo(operation, host, thing, heldBy(state))) return;
    const owner = ownerOf(facts.netfilter, bridge) ?? state.owner;
    await operation.hosts.exclusive(facts.machineId, operation.signal, async () => {
      operation.signal.throwIfAborted();
      const files = netfilterFiles({ bridge, mode: state.mode, owner }, netfilterScript);
      const otherFiles = [unitPath(bridge), reloadUnitPath(bridge), udevPath(bridge)];
      await removeUnit(host, {
        unit: unitOf(bridge),
        beside: reloadUnitOf(bridge),
        folder: folderOf(bridge),
        files: new Map([...files].filter(([path]) => !otherFiles.includes(path))),
        otherFiles,
        script: scriptPath(bridge),
        purpose: "take the rules for bridged frames away",
        nextStep: "The rules are those with kvmnet in their comment; run this again, or delete them by hand.",
      });
      const after = await host.readFreshFacts();
      const { dropping } = effectiveOf(after, bridge);
      const vms = runningVms(after, bridge);
      if (dropping.length > 0 && vms.length > 0)
        operation.log.warn(
          `${host.label}: ${vms.join(", ")} on ${bridge}: from now on frames are dropped by ${dropping.map(({ by }) => by).join("; ")}.`,
        );
    });
  },
};

/** The host, and the filter that is new to the program: nobody's, or one that it may take over. */
async function takeable(operation: Operation, { bridge, connection }: BridgeNetfilterInputs) {
  const { host, facts } = await reachHost(operation, connection);
  const thing = markedFilter(facts, bridge, connection);
  takeOver(operation, host, thing);
  return { host, facts, thing };
}

/** The host, and the filter that the program has. */
async function changeable(
  operation: Operation,
  { bridge, connection }: BridgeNetfilterInputs,
  old: Old<BridgeNetfilterInputs, BridgeNetfilterState>,
) {
  const { host, facts } = await reachHost(operation, connection, old);
  const thing = markedFilter(facts, bridge, connection);
  takeBack(operation, host, thing, heldBy(old.state));
  return { host, facts, thing };
}

function logPlan({ log }: Operation, host: Host, facts: Facts, inputs: BridgeNetfilterInputs, owner: string): void {
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

async function reconcile(
  operation: Operation,
  host: Host,
  inputs: BridgeNetfilterInputs,
  machineId: string,
  own: StateOnly,
  mark: OwnerMark,
): Promise<BridgeNetfilterState> {
  return operation.hosts.exclusive(machineId, operation.signal, async () => {
    const wanted = { bridge: inputs.bridge, mode: inputs.mode, owner: own.owner };
    const before = await host.readRecentFacts(operation.signal);
    need(before, "links", [wanted.bridge]);
    if (mark.pending) takeOver(operation, host, markedFilter(before, wanted.bridge, inputs.connection));
    if (linkNamed(before, wanted.bridge)?.kind !== "bridge")
      throw new Refusal(`${host.label}: bridge: the host has no bridge ${wanted.bridge}.`);
    operation.signal.throwIfAborted();
    await keepMark(host, filterMark(wanted.bridge), mark);
    await installUnit(host, unitOf(wanted.bridge), netfilterFiles(wanted, netfilterScript));
    const facts = await host.readFreshFacts();
    const lacking = netfilterDrift(facts, wanted);
    if (lacking.length > 0)
      throw new Error(`${host.label}: ${unitOf(wanted.bridge)} reported success, but ${lacking.join("; ")}.`);
    warn(operation, host, facts, inputs);
    if (mark.pending) await keepMark(host, filterMark(wanted.bridge), clearPending(mark));
    return netfilterState(facts, inputs, own);
  });
}
