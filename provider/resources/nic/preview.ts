import type { Facts } from "../../host/facts/facts";
import type { LibvirtDomain } from "../../host/facts/libvirt";
import type { Host } from "../../host/host";
import { attachmentsIn, inWords, isDirect, nameOf, unreached } from "../../plan/attachment/attachment";
import { restrictionWords } from "../../plan/attachment/restrictions";
import { stableMac } from "../../plan/libvirt/macAddress";
import type { Operation } from "../lifecycle";
import { logTakenOver, takeOver } from "../ownership/whose";
import { placeOf } from "../ownership/words";
import { bridgesOf, networksOf, vmsOf, warnOfMissing } from "../presence";
import type { NicState, PreviewedNic } from "./definition";
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
export function warnOfMissingPlace(operation: Operation, host: Host, facts: Facts, inputs: PreviewedNic): void {
  const [target] = attachmentsIn(inputs);
  if (target?.kind !== "network" && target?.kind !== "bridge") return;
  const { kind } = target;
  const existing = kind === "network" ? networksOf(facts, host) : bridgesOf(facts);
  warnOfMissing(operation, host, inputs.connection, { kind, name: nameOf(target), existing, by: "the NIC" });
}

/** Tells what a NIC will be, and what of its state is known then. */
export function previewed(
  operation: Operation,
  host: Host,
  facts: Facts,
  inputs: PreviewedNic,
  domain: LibvirtDomain | undefined,
): Partial<NicState> {
  const { connection } = inputs;
  warnOfMissingPlace(operation, host, facts, inputs);
  if (!domain) {
    if (inputs.domain !== undefined)
      warnOfMissing(operation, host, connection, {
        ...{ kind: "VM", name: inputs.domain, existing: vmsOf(facts, host), by: "the NIC" },
      });
    return { hostId: facts.machineId };
  }
  const macAddress = inputs.macAddress ?? defaultMac(operation, facts, domain.uuid);
  const found = nicOf(domain, macAddress);
  refuseUnfit(host, found);
  const thing = markedNic(facts, found, macAddress, inputs.connection, operation.owned);
  takeOver(operation, host, thing);
  refuseTwice(facts, domain, macAddress, host.label);
  // What is not known yet of one that is there is as it is.
  const { linkState = "up" } = found.inactive ?? found.live ?? {};
  const said = { linkState, waitForAddress: 0, ...inputs, domain: domain.name };
  const previous = thing.mark ? beforeIn(thing.mark) : placeBefore(found, said, host);
  const wanted = wantedOf(said, previous);
  const [target] = attachmentsIn(inputs);
  const on = target
    ? ` on ${target.kind === "direct" ? inWords(target) : nameOf(target)}${restrictionWords(wanted.restrictions ?? {})}`
    : "";
  if (found.inactive) {
    const changes = target ? changesOf(facts, wanted, found) : [];
    logTakenOver(operation, host, thing);
    const back = changes.length > 0 ? "Destroy puts it back." : "It is taken over as it is.";
    const words = [...changes, ...(previous ? [back] : [])].join(" ");
    operation.log.info(`${host.label}: ${domain.name} has the NIC ${macAddress} already. ${words}`);
  } else {
    // Of VMs that get the same, the first is told in full.
    const first = operation.notices.first(`${host.label}: ${whenWords({ ...domain, name: "" }, on)}`, domain.name);
    const lost = target && isDirect(facts, target) ? ` ${unreached}` : "";
    operation.log.info(
      `${host.label}: ${first === undefined ? `${whenWords(domain, on)}${lost}` : `${domain.name}: as ${first}.`}`,
    );
  }
  return {
    model: wanted.model,
    macAddress,
    hostId: facts.machineId,
    domainId: domain.uuid,
    live: domain.running,
    persistent: true,
  };
}
