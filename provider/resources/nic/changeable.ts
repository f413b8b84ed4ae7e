import type { Facts } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { findDomain, libvirtOf } from "../../plan/libvirt/find";
import { Refusal } from "../../schema/refusal";
import type { Old, Operation } from "../lifecycle";
import { takeBack, takeOver } from "../ownership/whose";
import type { NicInputs, NicState } from "./definition";
import { describeMove } from "./elsewhere";
import { refuseUnable, refuseUnfit } from "./fitness";
import { heldBy, markedNic, refuseTwice, wantedOf } from "./model";
import { nicOf } from "./nicOf";
import { beforeIn, placeBefore } from "./takeOver";

/**
 * What the program has of a NIC, and what it is to have, where both may be its.
 *
 * @throws Refusal of a NIC that is another's, is not here any more, or can't be what is wanted
 */
export async function changeable(
  operation: Operation,
  host: Host,
  facts: Facts,
  old: Old<NicInputs, NicState>,
  inputs: NicInputs,
) {
  const macAddress = inputs.macAddress ?? old.state.macAddress;
  const other = macAddress !== old.state.macAddress;
  const libvirt = libvirtOf(facts, host.label);
  // One that was defined anew may have another UUID.
  const domain = findDomain(libvirt, old.state.domainId) ?? findDomain(libvirt, inputs.domain);
  const moved = domain ? undefined : await describeMove(operation, facts, old.state);
  if (moved && !operation.preview) throw new Refusal(`${host.label}: domain: it is not here any more. ${moved}`);
  const here = domain && nicOf(domain, old.state.macAddress);
  const thing = here && markedNic(facts, here, old.state.macAddress, inputs.connection);
  if (thing) takeBack(operation, host, thing, heldBy(operation.urn, thing, old.state));
  const there = domain && other ? nicOf(domain, macAddress) : undefined;
  const target = there && markedNic(facts, there, macAddress, inputs.connection, operation.owned);
  if (target) takeOver(operation, host, target);
  if (domain) refuseTwice(facts, domain, macAddress, host.label);
  for (const one of [here, there]) if (one) refuseUnfit(host, one);
  const found = there && !target?.mark ? placeBefore(there, inputs, host) : beforeIn(target?.mark);
  const previous = other ? found : (beforeIn(thing?.mark) ?? old.state.previous);
  const wanted = wantedOf(inputs, previous, other ? undefined : old.inputs);
  await refuseUnable(operation, host, facts, inputs);
  return { domain, thing, here, wanted, previous, macAddress, other };
}
