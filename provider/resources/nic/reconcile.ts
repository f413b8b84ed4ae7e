import { quote } from "../../host/exec/quote";
import type { Facts } from "../../host/facts/facts";
import type { OwnerMark } from "../../host/facts/records";
import { findUnreadable } from "../../host/facts/unreadable";
import { willDo } from "../../host/guestAddress/claimable";
import type { Host } from "../../host/host";
import { reasonOf } from "../../host/until";
import { attachmentIn, isDirect, linkOf } from "../../plan/attachment/attachment";
import { claimable } from "../../plan/guestAddress";
import { findDomain, libvirtOf, namesOf } from "../../plan/libvirt/find";
import { Refusal } from "../../schema/refusal";
import { type Operation, PartlyDone } from "../lifecycle";
import { dropMark, keepMark } from "../ownership/keep";
import { clearPending } from "../ownership/mark";
import { nicMark } from "../ownership/paths";
import { takeOver } from "../ownership/whose";
import { addressesNow, findAddresses } from "./addresses";
import { attachNic, putTapRight } from "./attachment";
import type { NicState, NicWanted } from "./definition";
import { modelPending, nicDrift } from "./drift";
import { refuseUnfit, refuseWithout, savedWords } from "./fitness";
import { type Kept, markedNic, nicState, refuseTwice } from "./model";
import { type NicOfDomain, nicOf } from "./nicOf";

/** A NIC of a VM that is to be as wanted. */
export interface Wanted {
  /** The engine's ID. */
  readonly id: string;
  readonly inputs: NicWanted;
  readonly domainId: string;
  readonly kept: Kept & { readonly machineId: string };
  readonly mark: OwnerMark;
}

/**
 * Does what is lacking and nothing else, reads back what libvirt and the kernel made of it, then waits for the guest.
 *
 * @throws PartlyDone where the VM has the NIC, and what came after it failed or was cut short
 */
export async function reconcile(operation: Operation, host: Host, wanted: Wanted): Promise<NicState> {
  const { log, signal } = operation;
  const { inputs, kept, domainId, mark } = wanted;
  const { macAddress } = kept;
  const path = nicMark(domainId, macAddress);
  const { facts, nic, changedBridge } = await attachUnderLock(operation, host, wanted, path);
  const pending = modelPending(inputs, nic);
  if (pending) log.warn(`${host.label}: ${pending}`);
  // Elsewhere, the guest may have another address.
  const had = changedBridge ? [] : kept.ipAddresses;
  const state = nicState(facts, inputs, nic, { ...kept, ipAddresses: had });
  const finish = async (ipAddresses: readonly string[]) => {
    if (mark.pending) await keepMark(host, path, clearPending(mark));
    return { ...state, ipAddresses: [...ipAddresses] };
  };
  if (nic.domain.saved)
    log.warn(`${host.label}: ${nic.domain.name} is saved (virsh managedsave). ${savedWords(nic.domain.name)}`);
  if (nic.live && nic.domain.paused && inputs.waitForAddress > 0 && state.ipAddresses.length === 0) {
    log.info(
      `${host.label}: ${nic.domain.name} is paused: its address is not waited for. Resume it with virsh resume ${quote([nic.domain.name])}.`,
    );
    return finish([]);
  }
  const target = attachmentIn(inputs);
  const bridge = linkOf(facts, target);
  const claims = claimable(facts, bridge, macAddress);
  const known = state.ipAddresses.some((one) => had.includes(one)) || willDo(state.ipAddresses, claims);
  if (!nic.live || inputs.waitForAddress === 0 || inputs.linkState === "down" || known)
    return finish(state.ipAddresses);
  const running = { domainId, macAddress, link: bridge, direct: isDirect(facts, target) };
  if (running.direct) return finish(await addressesNow(host, facts, running, []));
  const waiting = () =>
    log.progress(`${host.label}: ${nic.domain.name} has the NIC ${macAddress}; waiting for its address`);
  const sought = { seconds: inputs.waitForAddress, signal, changedBridge, waiting };
  const ipAddresses = await findAddresses(host, facts, running, sought).catch((error: Error) => {
    const why = signal.aborted ? reasonOf(signal) : error.message;
    throw new PartlyDone(wanted.id, { ...state }, [
      `${host.label}: ${nic.domain.name} has the NIC ${macAddress}, but the wait for its address was cut short: ${why}`,
    ]);
  });
  if (ipAddresses.length === 0) {
    const { networks } = claims;
    log.warn(
      `${host.label}: no address of ${nic.domain.name} is known after ${inputs.waitForAddress} s: the guest sent none${networks.length > 0 ? ` of ${networks.join(" or ")}` : ""} from ${macAddress}, and its agent, libvirt's leases and the host's neighbour table have none. The NIC is attached; check whether the guest runs DHCP on it.`,
    );
  }
  return finish(ipAddresses);
}

interface Attached {
  readonly facts: Facts;
  readonly nic: NicOfDomain;
  /** The running VM's NIC came to another bridge. */
  readonly changedBridge: boolean;
}

/** What there is of it is recorded, also where it fails; where there is nothing, nothing is on record. */
async function attachUnderLock(operation: Operation, host: Host, wanted: Wanted, path: string): Promise<Attached> {
  const { inputs, kept, domainId, mark, id } = wanted;
  const { macAddress, machineId } = kept;
  return operation.hosts.exclusive(machineId, operation.signal, async () => {
    const before = readNic(host, await host.readRecentFacts(), wanted);
    operation.signal.throwIfAborted();
    // Another engine may have made it since the look before the wait.
    if (mark.pending)
      takeOver(operation, host, markedNic(before.facts, before.nic, macAddress, inputs.connection, operation.owned));
    refuseTwice(before.facts, before.nic.domain, macAddress, host.label);
    await keepMark(host, path, mark);
    try {
      const changedBridge = await attachNic(host, inputs, before.facts, before.nic, macAddress, operation.signal);
      // Anew, unless nothing was lacking.
      const attached = readNic(host, await host.readRecentFacts(), wanted);
      const after = (await putTapRight(host, attached.facts, inputs, attached.nic.live))
        ? readNic(host, await host.readFreshFacts(), wanted)
        : attached;
      const lacking = nicDrift(after.facts, inputs, after.nic);
      if (lacking.length > 0) throw new Error(`${host.label}: libvirt reported success, but ${lacking.join("; ")}.`);
      return { ...after, changedBridge };
    } catch (error) {
      const now = await host.readFreshFacts().catch(() => undefined);
      if (!now?.libvirt || now.libvirt.silent || findUnreadable(now, "domains", [domainId]).length > 0) throw error;
      const domain = now.libvirt.domains.find(({ uuid }) => uuid === domainId);
      const found = domain && nicOf(domain, macAddress);
      if (now.marks.get(path)?.ownerId !== mark.ownerId) throw error;
      if (found?.live || found?.inactive)
        throw new PartlyDone(id, { ...nicState(now, inputs, found, kept) }, [(error as Error).message]);
      await dropMark(host, path);
      throw error;
    }
  });
}

function readNic(host: Host, facts: Facts, { inputs, domainId, kept }: Wanted): { facts: Facts; nic: NicOfDomain } {
  const libvirt = libvirtOf(facts, host.label);
  const domain = findDomain(libvirt, domainId);
  if (!domain)
    throw new Refusal(`${host.label}: domain: there is no VM ${inputs.domain}; ${namesOf(libvirt.domains)}.`);
  refuseWithout(facts, host, attachmentIn(inputs));
  const nic = nicOf(domain, kept.macAddress);
  refuseUnfit(host, nic);
  return { facts, nic };
}
