import { linkNamed } from "../../host/facts/facts";
import { need } from "../../host/facts/unreadable";
import { keptParameters } from "../../plan/tap/files";
import type { Connection } from "../../schema/connection";
import { interfaceName } from "../../schema/names";
import { Refusal } from "../../schema/refusal";
import { parseImportId } from "../importId";
import type { Operation, ReadResult } from "../lifecycle";
import { importHolder } from "../ownership/whose";
import { pinHostKey } from "../pinHostKey";
import type { TapInputs, TapState } from "./definition";
import { markedTap, tapState } from "./model";

const form = { resource: "Tap", example: "kvm1.example/tap0", parts: { tap: interfaceName } };

/**
 * A TAP that the host has: one that kvmnet made, as its files say it; or one that somebody else made, as the kernel has
 * it. Nothing is written: that one's files come with the first change.
 */
export async function importTap(
  operation: Operation,
  id: string,
  defaults: Partial<Connection>,
): Promise<ReadResult<TapInputs, TapState>> {
  const { connection, tap: name } = parseImportId(id, form, defaults);
  const { host, facts } = await operation.hosts.reachFacts(connection, { signal: operation.signal });
  for (const part of ["links", "files"] as const) need(facts, part, [name]);
  const kept = keptParameters(facts.taps, name);
  const link = linkNamed(facts, name);
  if (!kept && !link?.tap) {
    const there = facts.links.flatMap((one) => (one.tap ? [one.name] : []));
    return { kind: "gone", why: `${host.label} has no TAP ${name}; it has ${there.join(", ") || "none"}.` };
  }
  const vm = kept ? undefined : facts.libvirt?.domains.find(({ live }) => live.some(({ tap }) => tap === name));
  if (vm)
    throw new Refusal(
      `${host.label}: the TAP ${name} is libvirt's, which made it for the running VM ${vm.name} and takes it away again. Import that NIC as a Nic instead: ${connection.host}/${vm.name}/MAC address.`,
    );
  const { madeBy = "" } = kept ?? {};
  const bridge = kept?.bridge ?? link?.master;
  if (bridge === undefined)
    throw new Refusal(
      `${host.label}: the TAP ${name} is in no bridge; a Tap is a port of one. ip link set ${name} master br0`,
    );
  const { owner, group, multiQueue = false, vnetHdr = false } = kept ?? link?.tap ?? {};
  const inputs = {
    ...{ connection, name, bridge, multiQueue, vnetHdr },
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
  };
  const holder = importHolder(operation, host, markedTap(facts, name, connection));
  const own = { ...holder, madeBy, hostKey: pinHostKey(host) };
  return { kind: "there", id: `${facts.machineId}/tap/${name}`, inputs, state: tapState(facts, inputs, own) };
}
