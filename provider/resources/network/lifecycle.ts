import type { Facts } from "../../host/facts/facts";
import type { LibvirtNetwork } from "../../host/facts/libvirt";
import { findUnreadable, need } from "../../host/facts/unreadable";
import type { Host } from "../../host/host";
import { attachmentBy, inWords, nameOf, placeOf, unreached } from "../../plan/attachment/attachment";
import { leftBehind, libvirtOf, namesOf, networkThere, runningOnNetwork } from "../../plan/libvirt/find";
import type { Connection } from "../../schema/connection";
import { libvirtName } from "../../schema/names";
import { Refusal } from "../../schema/refusal";
import { isKnown, isUnknown, type Previewed } from "../../schema/unknown";
import { refuseMacvtap } from "../device";
import { parseImportId } from "../importId";
import type { Lifecycle, Old, Operation } from "../lifecycle";
import { dropMark } from "../ownership/keep";
import { holderOf, renewMark } from "../ownership/mark";
import { networkMark } from "../ownership/paths";
import { importHolder, isToGo, logRenewal, logTakenOver, seenOwner, takeBack, takeOver } from "../ownership/whose";
import { pinHostKey } from "../pinHostKey";
import { bridgesOf, warnOfMissing } from "../presence";
import { lookAtHost, reachHost } from "../reach";
import { warnOfFindings } from "../warnOfFindings";
import { type NetworkBefore, type NetworkInputs, type NetworkState, network } from "./definition";
import { beforeOf, markedNetwork, networkDrift, networkState } from "./model";
import { giveBack, placeBefore, remove } from "./move";
import { bridgeIn, isOn, isOther, misplaced, placeWords, readKnownPlace, wantedPlace } from "./place";
import { makeNetwork, reconcile, refuseToMove, refuseWhileUsed } from "./reconcile";

const importForm = { resource: "Network", example: "kvm1.example/lan", parts: { network: libvirtName } };

export const networkLifecycle: Lifecycle<NetworkInputs, NetworkState> = {
  definition: network,

  check(name, inputs) {
    return { inputs: { ...inputs, name: inputs.name ?? name }, failures: misplaced(inputs) };
  },

  listClaims(_name, { name }) {
    return name === undefined || isUnknown(name) ? [] : [{ property: "name", subject: `the network ${name}` }];
  },

  async previewCreate(operation, inputs) {
    const { connection, ...known } = inputs;
    if (!isKnown<Connection>(connection) || isUnknown(inputs.name)) return known;
    const { host, facts } = await reachHost(operation, connection);
    const { present, thing } = takeable(operation, host, facts, { ...inputs, connection, name: inputs.name });
    const place = readKnownPlace(inputs);
    // A bridge may come in the same operation, and the host's NICs do not.
    if (place) await refuseMacvtap(host, facts, place);
    if (thing?.mark) logTakenOver(operation, host, thing);
    else if (present)
      operation.log.info(
        `${host.label}: libvirt has the network ${inputs.name} already: it is taken over. Destroy gives it back as it is.`,
      );
    logPlan(operation, host, facts, { ...inputs, connection, name: inputs.name }, present);
    return { ...known, hostId: facts.machineId, drift: [], ...(present && { uuid: present.uuid }) };
  },

  async create(operation, inputs) {
    const { host, facts } = await reachHost(operation, inputs.connection);
    takeable(operation, host, facts, inputs);
    return makeNetwork(operation, host, inputs, facts.machineId);
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await lookAtHost(operation, inputs.connection, state);
    const present = networkThere(libvirtOf(facts, host.label), state);
    if (!present) return { kind: "gone", why: `${host.label}: libvirt has no network ${state.name} any more.` };
    const thing = markedNetwork(facts, present, inputs.connection);
    const { drift, ...holder } = seenOwner(operation, host, thing, state);
    const hostKey = pinHostKey(host, state.hostKey);
    const found = networkState(facts, inputs, present, { ...holder, hostKey, previous: state.previous });
    warnOfFindings(operation, host, facts, { network: present.name, drift: found.drift });
    return { kind: "there", id, inputs, state: { ...found, drift: [...drift, ...found.drift] } };
  },

  async import(operation, id, defaults) {
    const { connection, network: name } = parseImportId(id, importForm, defaults);
    const { host, facts } = await operation.hosts.reachFacts(connection, { signal: operation.signal });
    const libvirt = libvirtOf(facts, host.label);
    const present = networkThere(libvirt, { name });
    if (!present)
      return { kind: "gone", why: `${host.label}: libvirt has no network ${name}; ${namesOf(libvirt.networks)}.` };
    const place = attachmentBy(present);
    if (!isOn(present, place) || (place.kind !== "direct" && bridgeIn(place) === undefined))
      throw new Refusal(
        `${host.label}: the network ${name} has the ${placeWords(present)}; a Network is one with <forward mode='bridge'/> on a bridge of the host, or of macvtaps on one of its NICs.`,
      );
    const { autostart, active } = present;
    const inputs = { connection, name, ...placeOf(place), autostart, active };
    const thing = markedNetwork(facts, present, connection);
    const previous = thing.mark ? (thing.mark.before as NetworkBefore | undefined) : beforeOf(present);
    const own = { ...importHolder(operation, host, thing), previous, hostKey: pinHostKey(host) };
    const state = networkState(facts, inputs, present, own);
    return { kind: "there", id: `${facts.machineId}/${name}`, inputs, state };
  },

  async previewUpdate(operation, _id, old, inputs) {
    const { host, facts, present, thing } = await changeable(operation, inputs, old);
    logRenewal(operation, host, thing, old.state);
    const place = wantedPlace(inputs);
    await refuseMacvtap(host, facts, place);
    if (present) refuseToMove(facts, host, present, place);
    logPlan(operation, host, facts, inputs, present);
    const bridge = bridgeIn(place);
    const moved = bridge === undefined ? [] : leftBehind(libvirtOf(facts, host.label), inputs.name, bridge);
    if (moved.length > 0) {
      const vms = [...new Set(moved.map(({ domain }) => domain.name))].join(", ");
      operation.log.info(
        `${host.label}: ${vms} moves to ${bridge} with the network ${inputs.name}, live, without a restart.`,
      );
    }
    return { ...old.state, ...inputs, drift: [] };
  },

  async update(operation, _id, old, inputs) {
    const { host, thing } = await changeable(operation, inputs, old);
    const mark = renewMark(operation.urn, thing.mark, old.state, old.state.previous);
    const own = { ...old.state, ...holderOf(mark), hostKey: pinHostKey(host, old.state.hostKey) };
    return { state: await reconcile(operation, host, inputs, own, mark) };
  },

  async delete(operation, _id, inputs, state) {
    const { host, facts } = await reachHost(operation, inputs.connection, { state });
    const present = byUuid(facts, host, state);
    const thing = markedNetwork(facts, present ?? state, inputs.connection);
    if (!isToGo(operation, host, thing, state)) return;
    const previous = (thing.mark?.before as NetworkBefore | undefined) ?? state.previous;
    if (present && !previous) refuseWhileUsed(facts, host, present.name, "be deleted");
    if (present && previous) refuseToMove(facts, host, present, placeBefore(previous));
    await operation.hosts.exclusive(facts.machineId, operation.signal, async () => {
      if (present && previous) {
        await giveBack(host, present, previous);
        operation.log.info(`${host.label}: the network ${present.name} was there before kvmnet, and is as it was.`);
      } else if (present) await remove(host, present);
      if (thing.mark) await dropMark(host, networkMark(state.uuid));
    });
  },
};

/** Inputs whose way to the host is known, and the network's name. */
type ReachableInputs = Previewed<NetworkInputs> & Pick<NetworkInputs, "connection" | "name">;

/** A network of the name that is there, and is nobody's, or may be taken over. */
function takeable(operation: Operation, host: Host, facts: Facts, inputs: ReachableInputs) {
  const present = networkThere(libvirtOf(facts, host.label), inputs);
  if (present && isOther(present, inputs))
    throw new Refusal(
      `${host.label}: libvirt has a network ${inputs.name} already (${placeWords(present)}). Take another name.`,
    );
  const thing = present && markedNetwork(facts, present, inputs.connection, operation.owned);
  if (thing) takeOver(operation, host, thing);
  return { present, thing };
}

/** The host, and the network that the program has. */
async function changeable(operation: Operation, { connection }: NetworkInputs, old: Old<NetworkInputs, NetworkState>) {
  const { host, facts } = await reachHost(operation, connection, old);
  const present = byUuid(facts, host, old.state);
  const thing = markedNetwork(facts, present ?? old.state, connection);
  takeBack(operation, host, thing, old.state);
  return { host, facts, present, thing };
}

function byUuid(facts: Facts, host: Host, { name, uuid }: Pick<NetworkState, "name" | "uuid">) {
  const present = libvirtOf(facts, host.label).networks.find((one) => one.uuid === uuid);
  if (!present) need(facts, "networks", [name, uuid]);
  return present;
}

function logPlan(
  operation: Operation,
  host: Host,
  facts: Facts,
  inputs: ReachableInputs,
  present?: LibvirtNetwork,
): void {
  const { name, active, autostart, connection } = inputs;
  const place = readKnownPlace(inputs);
  const bridge = place && bridgeIn(place);
  const on = place ? ` on ${place.kind === "direct" ? inWords(place) : nameOf(place)}` : "";
  const lost = place?.kind === "direct" ? ` ${unreached}` : "";
  const say = (words: string) => operation.log.info(`${host.label}: ${words}`);
  if (bridge !== undefined)
    warnOfMissing(operation, host, connection, {
      ...{ kind: "bridge", name: bridge, existing: bridgesOf(facts), by: `the network ${name}` },
    });
  if (!present) {
    say(
      `libvirt gets the network ${name}${on}, ${active ? "active" : "not active"}, ${autostart ? "" : "not "}started with the host.${lost}`,
    );
    return;
  }
  const isWhole = isKnown<NetworkInputs>(inputs);
  const changes = isWhole ? networkDrift(facts, inputs, present) : [];
  const vms = runningOnNetwork(libvirtOf(facts, host.label), name);
  const unsure = findUnreadable(facts, "domains").map(({ what }) => ` Not for sure: ${what}.`);
  const runOn =
    vms.length > 0 ? `${vms.join(", ")} on it ${vms.length > 1 ? "run" : "runs"} on.` : "No running VM is on it.";
  const what =
    changes.length > 0
      ? `. What is put right: ${changes.join("; ")}.`
      : !isWhole
        ? "."
        : `${on} as wanted: nothing of it changes.`;
  say(`libvirt has the network ${name}${what} ${runOn}${unsure.join("")}`);
}
