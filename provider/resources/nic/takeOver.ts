import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { findDomain, findNetwork, libvirtOf } from "../../plan/libvirt/find";
import type { Operation } from "../lifecycle";
import { attachLacking, detach } from "./attachment";
import type { NicInputs, NicPlace, NicState } from "./definition";
import { differences, type NicOfDomain, nicInputs, nicOf } from "./model";

/** Detaches a NIC, or puts it back where it was before it was moved here. */
export async function letGo(
  { hosts, log, signal }: Operation,
  host: Host,
  facts: Facts,
  { domainId, macAddress, previous }: NicState,
): Promise<void> {
  const libvirt = libvirtOf(facts, host.label);
  const domain = findDomain(libvirt, domainId);
  if (!domain) return;
  const found = nicOf(domain, macAddress);
  if (!found.live && !found.inactive) return;
  const isThere =
    previous?.network === undefined
      ? linkNamed(facts, previous?.bridge ?? "") !== undefined
      : findNetwork(libvirt, previous.network) !== undefined;
  await hosts.exclusive(facts.machineId, async () => {
    if (previous && isThere) {
      await attachLacking(host, previous, facts, found, macAddress);
      return;
    }
    if (previous)
      log.warn(
        `${host.label}: ${domain.name}'s NIC ${macAddress} was on ${previous.network ?? previous.bridge}, which is not there any more: it is detached.`,
      );
    await detach(host, found, macAddress, signal);
  });
}

/** Where a NIC is that the VM has already, where that is another place than the wanted one. */
export function placeBefore(found: NicOfDomain, inputs: NicInputs, host: Host): NicPlace | undefined {
  const nic = found.inactive ?? found.live;
  if (!nic || differences("", inputs, nic).length === 0) return undefined;
  const known = { connection: inputs.connection, domain: inputs.domain, macAddress: nic.mac };
  const { network, bridge, model, linkState } = nicInputs(found, known, host.label);
  return { ...(network === undefined ? { bridge } : { network }), model, linkState };
}
