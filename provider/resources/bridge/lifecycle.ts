import { isOurs } from "../../backends/netplan/mtu";
import { unitFilesIn } from "../../backends/networkd/units";
import { type Facts, linkNamed } from "../../host/facts/facts";
import { noUplink } from "../../host/facts/records";
import type { Host } from "../../host/host";
import { joinBridge } from "../../host/tap/join";
import { Unseen } from "../../host/transaction/outcome";
import type { Transaction } from "../../host/transaction/running";
import { clearLeftover, transact } from "../../host/transaction/transact";
import { writeFiles } from "../../host/writeFiles";
import { filteringOf, givenVlans, vlanLines } from "../../kernel/vlans";
import { wrongRoute } from "../../plan/addressing/gateways";
import type { Addressing } from "../../schema/addressing";
import { Refusal, unlessRefused } from "../../schema/refusal";
import { containsUnknown, isKnown, isUnknown } from "../../schema/unknown";
import { type CheckFailure, type Lifecycle, type Operation, PartlyDone } from "../lifecycle";
import { holderOf, newMark, renewedMark, settledMark } from "../ownership/mark";
import { refuseAnothers, seenOwner, takeBack, takeOver, tellStale, tellTaken } from "../ownership/whose";
import { pinned } from "../pinned";
import { knownHost, lookAtHost, reachHost } from "../reach";
import { tellFindings } from "../tellFindings";
import type { BridgePlan } from "./bridgePlan";
import { changing } from "./change";
import { type BridgeInputs, type BridgeState, bridge } from "./definition";
import { deleteBridge } from "./delete";
import { recordPath } from "./files";
import { guestNicsOf, withGuestNics } from "./guests";
import { importBridge } from "./import";
import { lackingOf } from "./lacking";
import { bridgeState } from "./model";
import {
  heldBy,
  markedBridge,
  nameNow,
  refuseRenamed,
  refuseUnknown,
  remembered,
  uplinkAgain,
  withMark,
} from "./owner";
import { planBridge } from "./plan";
import { planUpdate, type UpdatePlan } from "./planUpdate";
import { needNetwork } from "./site";
import { onlyTaps, tell, tellDone } from "./tell";
import { refuseWithoutFiltering, wrongVlans } from "./vlans";
import { weigh } from "./weigh";

export const bridgeLifecycle: Lifecycle<BridgeInputs, BridgeState> = {
  definition: bridge,

  claims(_name, { name, uplink, vlanFiltering }) {
    const of = (property: "name" | "uplink", what: string, value: unknown) =>
      value === undefined || isUnknown(value) ? [] : [{ property, thing: `the ${what} ${value}` }];
    const own = [
      ...of("name", "bridge", name).map((claim) => ({ ...claim, alike: `the interface ${name}` })),
      ...(vlanFiltering === true && typeof name === "string"
        ? [{ property: "vlanFiltering", thing: filteringOf(name) }]
        : []),
    ];
    if (uplink === noUplink || containsUnknown(uplink)) return own;
    const onUplink =
      typeof uplink === "object"
        ? of("uplink", "VLAN", `${uplink.vlan} of ${uplink.link}`)
        : of("uplink", "uplink", uplink);
    return [...own, ...onUplink];
  },

  check(_name, inputs) {
    const failures: CheckFailure[] = [];
    if (inputs.stp === true && typeof inputs.forwardDelay === "number" && inputs.forwardDelay < 2) {
      failures.push({
        property: "forwardDelay",
        reason: "with stp it must be 2 to 30 seconds; the standard's own default is 15 (IEEE 802.1D)",
      });
    }
    if (inputs.uplink === noUplink && typeof inputs.addressing === "object")
      for (const property of ["dhcp4", "dhcp6"] as const)
        if (inputs.addressing[property] === true)
          failures.push({
            property: `addressing.${property}`,
            reason: "has nobody to ask where there is no uplink: write addresses, or leave addressing out",
          });
    failures.push(...wrongVlans(inputs));
    const probes: unknown = inputs.confirm?.probes;
    for (const [index, probe] of Array.isArray(probes) ? probes.entries() : []) {
      if (Object.values(probe).filter((value) => value !== undefined).length !== 1)
        failures.push({ property: `confirm.probes[${index}]`, reason: "must have one of tcp, ping and dns" });
    }
    const routes = typeof inputs.addressing === "object" ? inputs.addressing.routes : undefined;
    for (const [index, route] of Array.isArray(routes) ? routes.entries() : []) {
      const wrong = containsUnknown(inputs.addressing) ? undefined : wrongRoute(inputs.addressing as Addressing, route);
      if (wrong) failures.push({ property: `addressing.routes[${index}].${wrong.property}`, reason: wrong.reason });
    }
    return { inputs, failures };
  },

  async previewCreate(operation, inputs) {
    if (!isKnown<BridgeInputs>(inputs)) {
      const { connection, uplink, ...known } = inputs;
      const named = typeof uplink === "object" ? {} : ({ uplink } as const);
      return { ...known, ...named, ...(await knownHost(operation, connection)) };
    }
    const { host, facts, thing } = await takeable(operation, inputs);
    const plan = planned(facts, inputs, operation.urn);
    tellTaken(operation, host, thing);
    if (thing.mark === undefined || plan.differences.length > 0) tell(operation, host, facts, plan);
    weigh(operation, host, facts, plan, inputs);
    return bridgeState(facts, inputs, plan, [], {});
  },

  async create(operation, inputs) {
    const { host, facts } = await takeable(operation, inputs);
    const state = await apply(operation, host, facts.machineId, inputs);
    return { id: `${facts.machineId}/${inputs.name}`, state };
  },

  async read(operation, id, known, before) {
    const { host, facts } = await lookAtHost(operation, known.connection, before);
    needNetwork(facts, [before.name]);
    const name = nameNow(facts, before);
    const [inputs, state] = [
      { ...known, name },
      { ...before, name },
    ];
    const there = linkNamed(facts, state.name) !== undefined;
    const written = Object.keys(state.config).some(
      (path) =>
        (facts.interfaces.has(path) ? isOurs(facts, path, state.name) : facts.netplan.has(path)) ||
        facts.keyfiles.has(path) ||
        unitFilesIn([path], state.name).some((one) => facts.networkd.has(one)),
    );
    if (!there && !written) return { kind: "gone", why: `${host.label} has no bridge ${state.name} any more.` };
    const wanted = { ...inputs, name: state.name, uplink: uplinkAgain(facts, inputs, state) };
    const plan = unlessRefused(() => planned(remembered(facts, state, operation.urn), wanted, operation.urn));
    const thing = markedBridge(facts, state.name, inputs.connection);
    const { drift, ...owner } = seenOwner(operation, host, thing, heldBy(facts, operation.urn, state));
    const own = { ...owner, hostKey: pinned(host, state.hostKey) };
    if (plan instanceof Refusal) {
      // A hand has made of the host what no bridge of the program's can be on: the next `up` says the same.
      const { message } = plan;
      tellFindings(operation, host, facts, { bridge: state.name, macAddress: state.macAddress, drift: [message] });
      return { kind: "there", id, inputs, state: { ...state, ...own, drift: [...drift, message] } };
    }
    const { macAddress } = plan.wanted;
    tellFindings(operation, host, facts, { bridge: state.name, macAddress, drift: plan.differences });
    return { kind: "there", id, inputs, state: bridgeState(facts, inputs, plan, [...drift, ...plan.differences], own) };
  },

  import: importBridge,

  async previewUpdate(operation, _id, old, inputs) {
    const { host, facts: read, thing } = await changeable(operation, inputs, old);
    const facts = remembered(read, old.state, operation.urn);
    const { name: was } = old.state;
    const plan = planUpdate(facts, inputs, facts.records.get(was)?.owner ?? operation.urn, was);
    tellStale(operation, host, thing, old.state);
    if (plan.differences.length > 0) tell(operation, host, facts, plan);
    weigh(operation, host, facts, plan, inputs);
    return { ...old.state, ...bridgeState(facts, inputs, plan, [], old.state) };
  },

  async update(operation, _id, old, inputs) {
    const { host, facts } = await changeable(operation, inputs, old);
    return { state: await apply(operation, host, facts.machineId, inputs, old.state) };
  },

  delete: (operation, _id, inputs, state) => deleteBridge(operation, inputs, state),
};

/** The host, and the bridge that is new to the program: nobody's, or one that it may take over. */
async function takeable(operation: Operation, inputs: BridgeInputs) {
  const { host, facts } = await reachHost(operation, inputs.connection);
  const thing = markedBridge(facts, inputs.name, inputs.connection);
  takeOver(operation, host, thing);
  refuseRenamed(facts, host, operation.urn, inputs);
  await refuseWithoutFiltering(host, facts, inputs);
  return { host, facts, thing };
}

/** The host, and the bridge that the program has, under the name that it had until now. */
async function changeable(
  operation: Operation,
  inputs: BridgeInputs,
  old: { inputs: BridgeInputs; state: BridgeState },
) {
  const { host, facts } = await reachHost(operation, inputs.connection, old);
  const { name: was } = old.state;
  const thing = markedBridge(facts, was, inputs.connection);
  const holder = heldBy(facts, operation.urn, old.state);
  takeBack(operation, host, thing, holder);
  if (inputs.name !== was) refuseAnothers(operation, host, markedBridge(facts, inputs.name, inputs.connection), holder);
  refuseUnknown(facts, host, operation.urn, old.inputs, old.state);
  await refuseWithoutFiltering(host, facts, inputs);
  return { host, facts, thing };
}

/** Whose it is was looked at before: the plan has no say in it. */
const planned = (facts: Facts, inputs: BridgeInputs, urn: string): BridgePlan =>
  planBridge(facts, inputs, facts.records.get(inputs.name)?.owner ?? urn);

/**
 * The transaction, or nothing where the host is as wanted already (a leftover of a create that nobody recorded). Without
 * `old` it is new: it may take the bridge of an earlier resource.
 */
async function apply(
  operation: Operation,
  host: Host,
  machineId: string,
  inputs: BridgeInputs,
  old?: BridgeState,
): Promise<BridgeState> {
  const { urn, log, signal } = operation;
  const { name } = inputs;
  return changing(operation, host, machineId, async (id) => {
    // Under the lock: another resource may have changed the host meanwhile.
    const read = await clearLeftover(host, await host.recentFacts(), log);
    if (!old) takeOver(operation, host, markedBridge(read, name, inputs.connection));
    const facts = old ? remembered(read, old, urn) : read;
    const there = facts.records.get(old?.name ?? name) ?? facts.records.get(name);
    const mark = old ? renewedMark(urn, there, old) : newMark(urn, there);
    const own = { ...holderOf(mark), hostKey: pinned(host, old?.hostKey) };
    const unmarked = old ? planUpdate(facts, inputs, there?.owner ?? urn, old.name) : planned(facts, inputs, urn);
    const plan: UpdatePlan = withMark(unmarked, name, mark);
    const keep = () => {
      const { record } = withMark(plan, name, settledMark(mark));
      return writeFiles(host, new Map([[recordPath(name), record]]));
    };
    const settled = (facts: Facts) => {
      const now = planned(facts, inputs, urn);
      return bridgeState(facts, inputs, now, now.differences, own);
    };
    if (plan.differences.length === 0 || onlyTaps(plan)) {
      const after = plan.differences.length === 0 ? undefined : await putTapsBack(host, facts, plan);
      await keep();
      return after ? settled(after) : bridgeState(facts, inputs, plan, [], own);
    }
    weigh(operation, host, facts, plan, inputs);
    const transaction = {
      ...{ host, id, facts, change: plan.change, planned: plan.planned, log, signal },
      missing: (now: Facts) => lackingOf(now, plan, inputs.addressing === "inherit"),
    };
    // An engine that is gone records nothing: it stays one whose create has not ended.
    const ends = async () => {
      if (!old && !signal.aborted) await keep();
    };
    const partly = (reason: string) =>
      new PartlyDone(`${machineId}/${name}`, { ...bridgeState(facts, inputs, plan, [], own) }, [reason]);
    const guests = guestNicsOf(facts, plan);
    const made = () => madeOrPartly(transaction, ends, partly);
    const after = await withGuestNics(operation, host, guests, made, partly);
    tellDone(operation, host, [facts, after], plan);
    if (host.address !== undefined && inputs.connection.host !== host.address) {
      log.warn(
        `${host.label}: the host is reached at ${host.address} from now on. Write it into connection.host before the next \`pulumi up\`, if ${inputs.connection.host} does not lead there.`,
      );
    }
    return settled(after);
  });
}

/** From its confirmation on the change is the host's: what fails after that does not leave it out of the state. */
async function madeOrPartly(
  transaction: Transaction,
  keep: () => Promise<void>,
  partly: (reason: string) => PartlyDone,
): Promise<Facts> {
  const after = await transact(transaction).catch((error) => {
    throw error instanceof Unseen ? partly(error.message) : error;
  });
  await keep().catch((error) => {
    throw partly(error.message);
  });
  return after;
}

async function putTapsBack(host: Host, facts: Facts, { wanted, strays }: BridgePlan): Promise<Facts> {
  const bridge = linkNamed(facts, wanted.name);
  for (const { tap, isolated, in: vlans } of strays)
    await joinBridge(host, tap, wanted.name, {
      isolated,
      ...(vlans && { vlans: vlanLines(tap, givenVlans(bridge), vlans) }),
    });
  return host.freshFacts();
}
