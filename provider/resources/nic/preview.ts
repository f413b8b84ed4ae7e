import type { Facts } from "../../host/facts/facts";
import type { LibvirtDomain } from "../../host/facts/libvirt";
import type { Host } from "../../host/host";
import { attachmentIn, inWords, isDirect, nameOf, unreached } from "../../plan/attachment/attachment";
import { restrictionWords } from "../../plan/attachment/restrictions";
import { stableMac } from "../../plan/libvirt/macAddress";
import { containsUnknown } from "../../schema/unknown";
import type { Operation } from "../lifecycle";
import { takeOver, tellTaken } from "../ownership/whose";
import { placeOf } from "../ownership/words";
import { bridgesOf, networksOf, tellLacking, vmsOf } from "../presence";
import type { NicInputs, NicState } from "./definition";
import { refuseUnfit, whenWords } from "./fitness";
import { markedNic, refuseTwice, wantedOf } from "./model";
import { nicOf } from "./nicOf";
import { beforeIn, placeBefore } from "./takeOver";
import { changesOf } from "./words";

/** A NIC that is replaced keeps its address: also one of 0.1.0, which made it of less. */
export function defaultMac({ urn, name, owned }: Operation, facts: Facts, domainId: string): string {
  const before = owned.stateOf(urn) as Partial<NicState> | undefined;
  if (before?.hostId === facts.machineId && before.domainId === domainId && before.macAddress) return before.macAddress;
  return stableMac({ machineId: facts.machineId, domainId, ...placeOf(urn), name });
}

/** What the NIC is to be on, where the host has it not. */
export function tellMissing(operation: Operation, host: Host, facts: Facts, inputs: NicInputs): void {
  const target = attachmentIn(inputs);
  if (containsUnknown(target)) return;
  const { kind } = target;
  if (kind !== "network" && kind !== "bridge") return;
  const known = kind === "network" ? networksOf(facts, host) : bridgesOf(facts);
  tellLacking(operation, host, inputs.connection, { kind, name: nameOf(target), known, by: "the NIC" });
}

export function previewed(
  operation: Operation,
  host: Host,
  facts: Facts,
  inputs: NicInputs,
  domain: LibvirtDomain | undefined,
): Partial<NicState> {
  const { connection, ...known } = inputs;
  tellMissing(operation, host, facts, inputs);
  if (!domain) {
    if (!containsUnknown(inputs.domain))
      tellLacking(operation, host, connection, {
        ...{ kind: "VM", name: inputs.domain, known: vmsOf(facts, host), by: "the NIC" },
      });
    return { ...known, macAddress: inputs.macAddress, hostId: facts.machineId };
  }
  const macAddress = inputs.macAddress ?? defaultMac(operation, facts, domain.uuid);
  const found = nicOf(domain, macAddress);
  refuseUnfit(host, found);
  const thing = markedNic(facts, found, macAddress, inputs.connection, operation.owned);
  takeOver(operation, host, thing);
  refuseTwice(facts, domain, macAddress, host.label);
  const previous = thing.mark ? beforeIn(thing.mark) : placeBefore(found, inputs, host);
  const wanted = wantedOf(inputs, previous);
  const target = attachmentIn(inputs);
  const on = containsUnknown(target)
    ? ""
    : ` on ${target.kind === "direct" ? inWords(target) : nameOf(target)}${containsUnknown(wanted.restrictions) ? "" : restrictionWords(wanted.restrictions ?? {})}`;
  if (found.inactive) {
    const said = on === "" ? [] : changesOf(facts, wanted, found);
    tellTaken(operation, host, thing);
    const back = said.length > 0 ? "Destroy puts it back." : "It is taken over as it is.";
    const words = [...said, ...(previous ? [back] : [])].join(" ");
    operation.log.info(`${host.label}: ${domain.name} has the NIC ${macAddress} already. ${words}`);
  } else {
    // Of VMs that get the same, the first is told in full.
    const first = operation.said.first(`${host.label}: ${whenWords({ ...domain, name: "" }, on)}`, domain.name);
    const lost = on !== "" && isDirect(facts, target) ? ` ${unreached}` : "";
    operation.log.info(
      `${host.label}: ${first === undefined ? `${whenWords(domain, on)}${lost}` : `${domain.name}: as ${first}.`}`,
    );
  }
  return {
    ...known,
    model: wanted.model,
    macAddress,
    hostId: facts.machineId,
    domainId: domain.uuid,
    live: domain.running,
    persistent: true,
  };
}
