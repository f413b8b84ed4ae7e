import { type Facts, ownerMarkOf } from "../../host/facts/facts";
import type { OwnerMark } from "../../host/facts/records";
import type { Host } from "../../host/host";
import { virsh, xmlOnInput } from "../../host/libvirt/virsh";
import { attachmentIn, attachmentOf, isThere, movesLive, nameOf, placeOf } from "../../plan/attachment/attachment";
import { compareRestrictions } from "../../plan/attachment/restrictions";
import { findDomain, libvirtOf, networkThere } from "../../plan/libvirt/find";
import { formerNicXml, portGroupIn, portGroupOf, restrictionsIn, wholeNicXml } from "../../plan/libvirt/xml";
import { nowInstead } from "../device";
import type { Operation } from "../lifecycle";
import { dropMark } from "../ownership/keep";
import { nicMark } from "../ownership/paths";
import { isToGo } from "../ownership/whose";
import { attachNic, detach } from "./attachment";
import type { NicInputs, NicPlace, NicState } from "./definition";
import { describeMove } from "./elsewhere";
import { heldBy, markedNic, nicInputs } from "./model";
import { type NicOfDomain, nicOf } from "./nicOf";

/** Detaches a NIC, or gives it back as it was before kvmnet. One of another resource's stays. */
export async function letGo(
  operation: Operation,
  host: Host,
  facts: Facts,
  { connection }: Pick<NicInputs, "connection">,
  state: NicState,
): Promise<void> {
  const { hosts, log, signal } = operation;
  const { domainId, macAddress } = state;
  const libvirt = libvirtOf(facts, host.label);
  const path = nicMark(domainId, macAddress);
  const recorded = ownerMarkOf(facts, path) !== undefined;
  const domain = findDomain(libvirt, domainId);
  const found = domain && nicOf(domain, macAddress);
  const moved = domain?.running ? undefined : await describeMove(operation, facts, state);
  if (moved) log.warn(`${host.label}: its NIC ${macAddress} stays there. ${moved}`);
  if (!found?.live && !found?.inactive) {
    if (facts.marks.get(path)?.ownerId === state.ownerId && recorded) await dropMark(host, path);
    return;
  }
  const thing = markedNic(facts, found, macAddress, connection);
  if (!isToGo(operation, host, thing, heldBy(operation.urn, thing, state))) return;
  const previous = beforeIn(thing.mark) ?? state.previous;
  if (previous?.network !== undefined) networkThere(libvirt, { name: previous.network });
  const before = previous && attachmentIn(previous);
  const gone =
    before && !isThere(facts, before)
      ? "not there any more"
      : before?.kind === "direct"
        ? nowInstead(facts, before)
        : undefined;
  await hosts.exclusive(facts.machineId, signal, async () => {
    if (previous && before && gone === undefined) await giveBack(host, previous, facts, found, signal);
    else {
      if (before)
        log.warn(
          `${host.label}: ${found.domain.name}'s NIC ${macAddress} was on ${nameOf(before)}, which is ${gone}: it is detached.`,
        );
      await detach(host, found, signal);
    }
    if (recorded) await dropMark(host, path);
  });
}

/** As it was, with all that kvmnet has no words for. The running VM keeps the device that it has. */
async function giveBack(
  host: Host,
  previous: NicPlace,
  facts: Facts,
  found: NicOfDomain,
  signal: AbortSignal,
): Promise<void> {
  const { domain, live, inactive } = found;
  const macAddress = (inactive ?? live)?.mac ?? "";
  const { xml } = previous;
  await attachNic(host, previous, facts, found, macAddress, signal);
  if (xml === undefined) return;
  const purpose = `give ${domain.name} its NIC ${macAddress} back as it was`;
  const was = restrictionsIn(xml);
  const before = { ...was, filter: was.filter ?? "none", vlan: was.vlan ?? "none" } as const;
  const { isolated, filter, vlan } = compareRestrictions(live?.element ?? {}, before);
  // One that was plugged in anew has its own link, which the next start makes as it was.
  const stayed = live && movesLive(facts, live, attachmentIn(previous));
  if (live && stayed && (portGroupOf(live) !== portGroupIn(xml) || isolated || filter || vlan))
    await virsh(host, ["update-device", domain.uuid, xmlOnInput, "--live"], { purpose, xml: formerNicXml(xml, live) });
  if (inactive && wholeNicXml(inactive) !== xml)
    await virsh(host, ["update-device", domain.uuid, xmlOnInput, "--config"], { purpose, xml });
}

/** What a NIC was that the VM has already. */
export function placeBefore(found: NicOfDomain, inputs: NicInputs, host: Host): NicPlace | undefined {
  const nic = found.inactive ?? found.live;
  if (!nic) return undefined;
  const known = { connection: inputs.connection, domain: inputs.domain, macAddress: nic.mac };
  const { model, linkState } = nicInputs(found, known, host.label);
  const xml = found.inactive && wholeNicXml(found.inactive);
  return { ...placeOf(attachmentOf(nic)), model, linkState, ...(xml !== undefined && { xml }) };
}

export const beforeIn = (mark: OwnerMark | undefined) => mark?.before as NicPlace | undefined;
