import { isOurs } from "../../backends/netplan/mtu";
import { unitFilesIn } from "../../backends/networkd/units";
import { linkNamed, recordOf } from "../../host/facts/facts";
import { noUplink } from "../../host/facts/records";
import { filteringOf } from "../../kernel/vlans";
import { wrongRoute } from "../../plan/addressing/gateways";
import type { Addressing } from "../../schema/addressing";
import { Refusal, unlessRefused } from "../../schema/refusal";
import { containsUnknown, isKnown, isUnknown } from "../../schema/unknown";
import type { CheckFailure, Lifecycle, Old, Operation } from "../lifecycle";
import { logRenewal, logTakenOver, refuseAnothers, seenOwner, takeBack, takeOver } from "../ownership/whose";
import { pinHostKey } from "../pinHostKey";
import { lookAtHost, reachHost, reachKnownHost } from "../reach";
import { warnOfFindings } from "../warnOfFindings";
import { apply, planOwned } from "./apply";
import { type BridgeInputs, type BridgeState, bridge } from "./definition";
import { deleteBridge } from "./delete";
import { importBridge } from "./import";
import { logPlan } from "./logPlan";
import { bridgeState } from "./model";
import {
  heldBy,
  markedBridge,
  nameNow,
  refuseRenamed,
  refuseUnknown,
  uplinkAgain,
  withRememberedRecord,
} from "./owner";
import { planUpdate } from "./planUpdate";
import { needNetwork } from "./site";
import { refuseWithoutFiltering, wrongVlans } from "./vlans";
import { weigh } from "./weigh";

export const bridgeLifecycle: Lifecycle<BridgeInputs, BridgeState> = {
  definition: bridge,

  listClaims(_name, { name, uplink, vlanFiltering }) {
    const of = (property: "name" | "uplink", what: string, value: unknown) =>
      value === undefined || isUnknown(value) ? [] : [{ property, subject: `the ${what} ${value}` }];
    const own = [
      ...of("name", "bridge", name).map((claim) => ({ ...claim, alike: `the interface ${name}` })),
      ...(vlanFiltering === true && typeof name === "string"
        ? [{ property: "vlanFiltering", subject: filteringOf(name) }]
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
      return { ...known, ...named, ...(await reachKnownHost(operation, connection)) };
    }
    const { host, facts, thing } = await takeable(operation, inputs);
    const plan = planOwned(facts, inputs, operation.urn);
    logTakenOver(operation, host, thing);
    if (thing.mark === undefined || plan.differences.length > 0) logPlan(operation, host, facts, plan);
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
    const { ownerId } = recordOf(facts, name) ?? {};
    const recorded = ownerId !== undefined && ownerId === state.ownerId;
    if (!there && !written && !recorded)
      return { kind: "gone", why: `${host.label} has no bridge ${state.name} any more.` };
    const wanted = { ...inputs, name: state.name, uplink: uplinkAgain(facts, inputs, state) };
    const plan = unlessRefused(() =>
      planOwned(withRememberedRecord(facts, state, operation.urn), wanted, operation.urn),
    );
    const thing = markedBridge(facts, state.name, inputs.connection);
    const { drift, ...owner } = seenOwner(operation, host, thing, heldBy(facts, operation.urn, state));
    const own = { ...owner, hostKey: pinHostKey(host, state.hostKey) };
    if (plan instanceof Refusal) {
      // A hand has made of the host what no bridge of the program's can be on: the next `up` says the same.
      const { message } = plan;
      warnOfFindings(operation, host, facts, { bridge: state.name, macAddress: state.macAddress, drift: [message] });
      return { kind: "there", id, inputs, state: { ...state, ...own, drift: [...drift, message] } };
    }
    const { macAddress } = plan.wanted;
    warnOfFindings(operation, host, facts, { bridge: state.name, macAddress, drift: plan.differences });
    return { kind: "there", id, inputs, state: bridgeState(facts, inputs, plan, [...drift, ...plan.differences], own) };
  },

  import: importBridge,

  async previewUpdate(operation, _id, old, inputs) {
    const { host, facts: read, thing } = await changeable(operation, inputs, old);
    const facts = withRememberedRecord(read, old.state, operation.urn);
    const { name: was } = old.state;
    const plan = planUpdate(facts, inputs, facts.records.get(was)?.owner ?? operation.urn, was);
    logRenewal(operation, host, thing, old.state);
    if (plan.differences.length > 0) logPlan(operation, host, facts, plan);
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
async function changeable(operation: Operation, inputs: BridgeInputs, old: Old<BridgeInputs, BridgeState>) {
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
