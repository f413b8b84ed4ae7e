import type { Facts } from "../../host/facts/facts";
import { addressOnPort, bridgeMac, bridgeWithoutAddress, mtu, portHeldBack, portWithoutCarrier } from "./bridges";
import { forwardDrops } from "./filter";
import type { Check, Finding } from "./finding";
import { unconfirmed } from "./leftovers";
import { libvirtSilent, linkDown, liveUnlikePersistent, networks, sameMac, tapNotInBridge } from "./vms";

/** Every check, from the wire up to the VMs: what comes first is more often the cause of what comes after. */
const checks: readonly Check[] = [
  ...[portWithoutCarrier, addressOnPort, bridgeWithoutAddress, portHeldBack, bridgeMac, mtu],
  ...[forwardDrops, libvirtSilent, networks, tapNotInBridge, linkDown, liveUnlikePersistent, sameMac, unconfirmed],
];

/** What is wrong on a host, by what it says of itself; nothing is tried out. */
export function diagnose(facts: Facts): Finding[] {
  return checks.flatMap((check) => check(facts));
}
