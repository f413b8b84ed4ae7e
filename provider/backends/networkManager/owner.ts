import type { Facts } from "../../host/facts/facts";
import { isKeyfile } from "../../host/facts/inNetworkManagersWords";
import type { Link } from "../../host/facts/links";
import { Refusal } from "../../schema/refusal";
import type { InFiles } from "../backend";
import type { NetplanDefinition } from "../entry/definition";
import { candidatesFor } from "./atBoot";
import { isOwn } from "./paths";
import { priority } from "./profiles";

/** Whether an entry stands in a profile of NetworkManager's, which kvmnet does not edit: it writes two that come before it. */
export function isProfiles({ places }: InFiles): boolean {
  return places.length > 0 && places.every(({ path }) => isKeyfile(path));
}

/** @throws Refusal of a NIC that NetworkManager has, and that kvmnet can't go on with */
export function refuseProfile(facts: Facts, link: Link, definition: NetplanDefinition): void {
  const { name, kind } = link;
  const [{ path = "" } = {}] = definition.places;
  if (kind === "bond" || kind === "vlan")
    throw new Refusal(
      `uplink: ${name} is a ${kind === "bond" ? "bond" : "VLAN"} of NetworkManager's (${path}), and for now kvmnet bridges NetworkManager's NICs only. Take a NIC.`,
    );
  for (const other of candidatesFor(facts, link)) {
    if (other.path === path || isOwn(other.path) || other.priority < priority) continue;
    throw new Refusal(
      `uplink: ${other.path} is for ${name} too, with autoconnect-priority=${other.priority}: after a restart NetworkManager would take it rather than kvmnet's. Write a lower one there.`,
    );
  }
}
