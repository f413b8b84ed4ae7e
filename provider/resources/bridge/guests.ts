import type { Facts } from "../../host/facts/facts";
import { keepUnplugged, plugIn } from "../../host/guests/guests";
import type { Host } from "../../host/host";
import { type GuestNic, guestNicsOn, xmlOf } from "../../plan/attachment/guestNics";
import { stepOf } from "../../plan/impact/impacts";
import type { Operation, PartlyDone } from "../lifecycle";
import { unplug } from "../nic/attachment";
import type { UpdatePlan } from "./planUpdate";

/** The guests' NICs that a change takes along from the host's NIC to the bridge: whoever did not accept that was refused. */
export function guestNicsOf(facts: Facts, plan: UpdatePlan): { bridge: string; device: string; nics: GuestNic[] } {
  const step = stepOf(plan);
  const device = step?.gone ?? "";
  const nics = step === undefined || step.deleted ? [] : guestNicsOn(facts, device);
  return { bridge: plan.wanted.name, device, nics };
}

/**
 * Makes a change while they are out of their VMs: libvirt is asked before the host is armed, and once the change has ended,
 * either way.
 *
 * @throws PartlyDone of a change that is a good one, and of which one is not plugged in
 */
export async function withGuestNics(
  { log, signal }: Operation,
  host: Host,
  { bridge, device, nics }: ReturnType<typeof guestNicsOf>,
  change: () => Promise<Facts>,
  partly: (reason: string) => PartlyDone,
): Promise<Facts> {
  if (nics.length === 0) return change();
  await keepUnplugged(
    host,
    nics.map((nic) => ({ vm: nic.domain.uuid, mac: nic.mac, device, bridge, xml: xmlOf(nic, bridge) })),
  );
  try {
    for (const { domain, mac, live } of nics) {
      if (!live) continue;
      log.progress(`${host.label}: ${domain.name} lets its NIC ${mac} go`);
      await unplug(host, domain, live, signal);
    }
    await change();
  } catch (error) {
    await plugIn(host).catch((failed: Error) => log.warn(failed.message));
    throw error;
  }
  await plugIn(host).catch((failed: Error) => {
    throw partly(failed.message);
  });
  return host.readFreshFacts();
}
