import type { Facts } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import type { Operation } from "../lifecycle";
import type { NicState } from "./definition";

type Vm = Pick<NicState, "domain" | "domainId" | "macAddress">;

/**
 * Where a VM is that does not run on its host, and what to write then: libvirt migrates it with its UUID, and leaves nothing
 * on the host that it comes from, or a definition that does not run.
 *
 * @returns undefined where no other host that this operation has read has it
 */
export async function describeMove(
  { hosts, signal }: Operation,
  facts: Facts,
  { domain, domainId, macAddress }: Vm,
): Promise<string | undefined> {
  const here = facts.libvirt?.domains.some(({ uuid }) => uuid === domainId);
  for (const other of await hosts.seen(signal)) {
    const theirs = await other.readCachedFacts().catch(() => undefined);
    if (theirs === undefined || theirs.machineId === facts.machineId) continue;
    const vm = theirs.libvirt?.domains.find(({ uuid }) => uuid === domainId);
    // Two definitions that do not run are copies of each other: none is the one that was moved.
    if (vm && (vm.running || !here))
      return `The VM ${domain} is on ${other.label} now, as libvirt migrates it, by its UUID. Go on there: ${toWrite(macAddress, other)}.`;
  }
  return undefined;
}

/** As movedWords, of a VM that its host has not any more: also that it is not known. */
export async function goneWords(operation: Operation, facts: Facts, vm: Vm): Promise<string> {
  const moved = await describeMove(operation, facts, vm);
  const unknown = `No other host that was read by now has it; if it was migrated to one, go on there: ${toWrite(vm.macAddress)}.`;
  return `there is no VM ${vm.domain} any more. ${moved ?? unknown}`;
}

const toWrite = (macAddress: string, on?: Host) =>
  `write ${on ? `connection.host ${JSON.stringify(on.connection.host)}` : "the connection of that host"} and macAddress ${JSON.stringify(macAddress)} at this Nic`;
