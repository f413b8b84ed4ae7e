import { randomUUID } from "node:crypto";
import type { Facts } from "../../host/facts/facts";
import type { LibvirtNetwork } from "../../host/facts/libvirt";
import type { OwnerMark } from "../../host/facts/records";
import { findUnreadable, need } from "../../host/facts/unreadable";
import type { Host } from "../../host/host";
import { virsh } from "../../host/libvirt/virsh";
import { type Attachment, attachmentBy, inWords, nameOf } from "../../plan/attachment/attachment";
import { libvirtOf, networkThere, runningOnNetwork } from "../../plan/libvirt/find";
import { Refusal } from "../../schema/refusal";
import { type Operation, PartlyDone } from "../lifecycle";
import { dropMark, keepMark } from "../ownership/keep";
import { clearPending, holderOf, newMark } from "../ownership/mark";
import { networkMark } from "../ownership/paths";
import { takeOver } from "../ownership/whose";
import { pinHostKey } from "../pinHostKey";
import type { NetworkBefore, NetworkInputs, NetworkState } from "./definition";
import { beforeOf, markedNetwork, networkDrift, networkState, type StateOnly } from "./model";
import { define, fetchLeftBehind } from "./move";
import { isOn, refuseUnfit, staysOn, wantedPlace } from "./place";

/** A network that is new to its stack: made, or taken over as it is there. What there is of it is recorded, also where it fails. */
export async function makeNetwork(
  operation: Operation,
  host: Host,
  inputs: NetworkInputs,
  machineId: string,
): Promise<{ id: string; state: NetworkState }> {
  const id = `${machineId}/${inputs.name}`;
  return operation.hosts.exclusive(machineId, operation.signal, async () => {
    const facts = await host.readRecentFacts();
    const present = networkThere(libvirtOf(facts, host.label), inputs);
    const uuid = present?.uuid ?? randomUUID();
    const thing = present && markedNetwork(facts, present, inputs.connection, operation.owned);
    if (thing) takeOver(operation, host, thing);
    const mark = newMark(operation.urn, thing?.mark, present && beforeOf(present));
    const previous = mark.before as NetworkBefore | undefined;
    const own = { ...holderOf(mark), previous, hostKey: pinHostKey(host), uuid };
    await refuseUnfit(host, facts, wantedPlace(inputs));
    try {
      return { id, state: await reconcileLocked(host, inputs, own, mark) };
    } catch (error) {
      const after = await host.readFreshFacts().catch(() => undefined);
      if (!after?.libvirt || after.libvirt.silent) throw error;
      const there = after.libvirt.networks.find((one) => one.uuid === uuid);
      if (there && after.marks.get(networkMark(uuid))?.ownerId === mark.ownerId)
        throw new PartlyDone(id, { ...networkState(after, inputs, there, own) }, [(error as Error).message]);
      if (!there && findUnreadable(after, "networks", [inputs.name, uuid]).length === 0)
        await dropMark(host, networkMark(uuid));
      throw error;
    }
  });
}

export function reconcile(
  operation: Operation,
  host: Host,
  inputs: NetworkInputs,
  own: StateOnly & Pick<NetworkState, "uuid" | "hostId">,
  mark: OwnerMark,
): Promise<NetworkState> {
  return operation.hosts.exclusive(own.hostId, operation.signal, () => reconcileLocked(host, inputs, own, mark));
}

/** Does what is lacking and nothing else, then reads back what libvirt made of it. */
async function reconcileLocked(
  host: Host,
  inputs: NetworkInputs,
  own: StateOnly & Pick<NetworkState, "uuid">,
  mark: OwnerMark,
): Promise<NetworkState> {
  const { name } = inputs;
  const place = wantedPlace(inputs);
  const facts = await host.readRecentFacts();
  await refuseUnfit(host, facts, place);
  const present = networkThere(libvirtOf(facts, host.label), { name });
  if (present?.active && !inputs.active) refuseWhileUsed(facts, host, name, "be stopped");
  if (present) refuseToMove(facts, host, present, place);
  const uuid = present?.uuid ?? own.uuid;
  await keepMark(host, networkMark(uuid), mark);
  let active = present?.active ?? false;
  if (!present?.persistent || !staysOn(present, place)) active = await define(host, { name, place, uuid }, present);
  if ((present?.autostart ?? false) !== inputs.autostart) {
    await virsh(host, ["net-autostart", uuid, ...(inputs.autostart ? [] : ["--disable"])], {
      purpose: `set the autostart of the network ${name}`,
    });
  }
  if (active !== inputs.active) {
    await virsh(host, [inputs.active ? "net-start" : "net-destroy", uuid], {
      purpose: `${inputs.active ? "start" : "stop"} the network ${name}`,
    });
  }
  if (mark.pending) await keepMark(host, networkMark(uuid), clearPending(mark));
  const after = await (inputs.active && place.kind === "bridge"
    ? fetchLeftBehind(host, name, nameOf(place))
    : host.readRecentFacts());
  const settled = networkThere(libvirtOf(after, host.label), { name });
  const lacking = settled ? networkDrift(after, inputs, settled) : [`the network ${name} is not there`];
  if (!settled || lacking.length > 0)
    throw new Error(`${host.label}: libvirt reported success, but ${lacking.join("; ")}.`);
  return networkState(after, inputs, settled, own);
}

/** libvirt moves no running VM's NIC from a macvtap or to one, and a stopped network would strand it. */
export function refuseToMove(facts: Facts, host: Host, present: LibvirtNetwork, place: Attachment): void {
  const from = attachmentBy(present);
  if (!present.active || isOn(present, place) || (from.kind === "bridge" && place.kind === "bridge")) return;
  refuseWhileUsed(facts, host, present.name, `go from ${inWords(from)} to ${inWords(place)}`);
}

export function refuseWhileUsed(facts: Facts, host: Host, name: string, what: string): void {
  need(facts, "domains");
  const vms = runningOnNetwork(libvirtOf(facts, host.label), name);
  if (vms.length > 0)
    throw new Refusal(
      `${host.label}: the network ${name} can't ${what}: ${vms.join(", ")} ${vms.length > 1 ? "run" : "runs"} on it. Shut down or detach first.`,
    );
}
