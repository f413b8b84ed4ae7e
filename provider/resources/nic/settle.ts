import type { Facts } from "../../host/facts/facts";
import { waitForGuestAddress } from "../../host/guestAddress/guestAddress";
import type { Host } from "../../host/host";
import { findDomain, findNetwork, libvirtOf, namesOf } from "../../plan/libvirt/find";
import { Refusal } from "../../plan/refusal";
import type { Operation } from "../lifecycle";
import { attachLacking, putTapBack } from "./attachment";
import type { NicInputs, NicState } from "./definition";
import { type Kept, modelPending, type NicOfDomain, nicDrift, nicOf, nicState, strayTap } from "./model";

/** Does what is lacking and nothing else, reads back what libvirt and the kernel made of it, then waits for the guest. */
export async function settle(
  operation: Operation,
  host: Host,
  inputs: NicInputs,
  kept: Kept & { machineId: string },
  domainId: string,
): Promise<NicState> {
  const { hosts, log, signal } = operation;
  const { macAddress, machineId } = kept;
  const { facts, found, moved } = await hosts.exclusive(machineId, async () => {
    const before = look(host, await host.recentFacts(), domainId, inputs, macAddress);
    const moved = await attachLacking(host, inputs, before.facts, before.found, macAddress);
    // Anew, unless nothing was lacking.
    const attached = look(host, await host.recentFacts(), domainId, inputs, macAddress);
    const after = (await putTapBack(host, strayTap(attached.facts, inputs, attached.found.live)))
      ? look(host, await host.freshFacts(), domainId, inputs, macAddress)
      : attached;
    const lacking = nicDrift(after.facts, inputs, after.found);
    if (lacking.length > 0) throw new Error(`${host.label}: libvirt reported success, but ${lacking.join("; ")}.`);
    return { ...after, moved };
  });
  const pending = modelPending(inputs, found);
  if (pending) log.warn(`${host.label}: ${pending}`);
  // Elsewhere, the guest may have another address.
  const state = nicState(facts, inputs, found, moved ? { ...kept, ipAddresses: [] } : kept);
  if (!found.live || inputs.waitForAddress === 0 || inputs.linkState === "down" || state.ipAddresses.length > 0)
    return state;
  log.progress(`${host.label}: ${found.domain.name} has the NIC ${macAddress}; waiting for its address`);
  const ipAddresses = await waitForGuestAddress(host, { macAddress, seconds: inputs.waitForAddress, signal });
  if (ipAddresses.length === 0) {
    log.warn(
      `${host.label}: ${found.domain.name} said no address on ${macAddress} within ${inputs.waitForAddress} s. The NIC is there; see whether the guest runs DHCP on it.`,
    );
  }
  return { ...state, ipAddresses };
}

function look(
  host: Host,
  facts: Facts,
  domainId: string,
  inputs: NicInputs,
  macAddress: string,
): { facts: Facts; found: NicOfDomain } {
  const libvirt = libvirtOf(facts, host.label);
  const domain = findDomain(libvirt, domainId);
  if (!domain)
    throw new Refusal(`${host.label}: domain: there is no VM ${inputs.domain}; ${namesOf(libvirt.domains)}.`);
  if (inputs.network !== undefined && !findNetwork(libvirt, inputs.network)) {
    throw new Refusal(
      `${host.label}: network: libvirt has no network ${inputs.network}; ${namesOf(libvirt.networks)}.`,
    );
  }
  return { facts, found: nicOf(domain, macAddress) };
}
