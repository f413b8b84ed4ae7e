import { setTimeout as wait } from "node:timers/promises";
import { quote } from "../../host/exec/quote";
import { RemoteCommandError } from "../../host/exec/remoteCommand";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LibvirtDomain, LibvirtNic } from "../../host/facts/libvirt";
import type { Host } from "../../host/host";
import { virsh, xmlOnInput } from "../../host/libvirt/virsh";
import { isolate, joinBridge, setVlans } from "../../host/tap/join";
import { reasonOf } from "../../host/until";
import { attachmentIn, bridgeOf, isDirect, joinedBridge, movesLive } from "../../plan/attachment/attachment";
import { unrestricted } from "../../plan/attachment/restrictions";
import { findDomain, libvirtOf } from "../../plan/libvirt/find";
import { changedNicXml, nicXml, renderMovedNic, wholeNicXml } from "../../plan/libvirt/xml";
import type { NicPlace, Restricted } from "./definition";
import { asRunning, findNicDifferences, lostIsolation, outOfVlans, strayTap } from "./drift";
import { type NicOfDomain, nicOf } from "./nicOf";

/** How long a running guest may take to let a NIC go. */
const letGoMs = 30_000;

/**
 * A side that has not the NIC gets it, one that has another is changed, one that is as wanted is let be; a VM is never
 * stopped for it. Says whether the running VM's NIC came to another bridge.
 */
export async function attachNic(
  host: Host,
  inputs: NicPlace & Restricted,
  facts: Facts,
  { domain, live, inactive }: NicOfDomain,
  macAddress: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { network, bridge, device, mode, model, linkState } = inputs;
  const restrictions = isDirect(facts, attachmentIn(inputs)) ? unrestricted : inputs.restrictions;
  const place = { network, bridge, device, mode, linkState, restrictions };
  const joining = bridgeOf(facts, attachmentIn(inputs));
  const lacking = [...(domain.running && !live ? ["--live"] : []), ...(inactive ? [] : ["--config"])];
  if (lacking.length > 0) {
    await virsh(host, ["attach-device", domain.uuid, xmlOnInput, ...lacking], {
      purpose: `attach the NIC ${macAddress} to ${domain.name}`,
      xml: nicXml({ macAddress, model, ...place }),
      ...(domain.running && {
        nextStep: "If the VM has no free PCI slot for a NIC while it runs, shut it down and run this again.",
      }),
    });
  }
  const change = (nic: LibvirtNic, flag: string, wanted: Parameters<typeof changedNicXml>[1]) =>
    virsh(host, ["update-device", domain.uuid, xmlOnInput, flag], {
      purpose: `change the NIC ${macAddress} of ${domain.name}`,
      xml: changedNicXml(nic, wanted),
    });
  const replaced = live !== undefined && !movesLive(facts, live, attachmentIn(inputs));
  if (replaced) await plugAnew(host, domain, live, { ...place, model: live.model }, signal);
  const tap = live?.tap === undefined ? undefined : linkNamed(facts, live.tap);
  // A bridge that was renamed has its TAPs already, and libvirt can't put into a bridge what is in it.
  const renamed = tap !== undefined && tap.master === joining;
  const moved = live !== undefined && !replaced && !renamed && joinedBridge(facts, live) !== joining;
  if (live && renamed && joinedBridge(facts, live) !== tap.master)
    await host.exec(["ip", "link", "set", "dev", tap.name, "nomaster"], {
      purpose: `have libvirt put ${tap.name} into ${tap.master}`,
    });
  if (live && !replaced && findNicDifferences("", asRunning(inputs, live), live).length > 0) {
    const wanted = { ...place, model: live.model };
    // The guest notices by its cable that it is elsewhere, and asks for an address there.
    if (moved && linkState === "up") await change(live, "--live", { ...wanted, linkState: "down" });
    await change(live, "--live", wanted);
  }
  if (inactive && findNicDifferences("", inputs, inactive).length > 0)
    await change(inactive, "--config", { ...place, model });
  return moved || replaced;
}

/** libvirt moves no running VM's NIC from a macvtap or to one: it goes, and comes back with its MAC address elsewhere. */
async function plugAnew(
  host: Host,
  domain: LibvirtDomain,
  live: LibvirtNic,
  wanted: Parameters<typeof renderMovedNic>[1],
  signal: AbortSignal,
): Promise<void> {
  const plug = (xml: string) =>
    virsh(host, ["attach-device", domain.uuid, xmlOnInput, "--live"], {
      purpose: `attach the NIC ${live.mac} to ${domain.name}`,
      xml,
    });
  await unplug(host, domain, live, signal);
  await plug(renderMovedNic(live, wanted)).catch(async (error: Error) => {
    await plug(wholeNicXml(live)).catch(() => undefined);
    throw error;
  });
}

/** libvirt puts a TAP into its bridge once, when it makes it, and isolates it there, in its VLANs. Says whether there was something to do. */
export async function putTapRight(
  host: Host,
  facts: Facts,
  wanted: NicPlace & Restricted,
  live: LibvirtNic | undefined,
) {
  const stray = strayTap(facts, wanted, live);
  const lost = lostIsolation(facts, wanted, live);
  const out = outOfVlans(facts, wanted, live);
  if (stray) await joinBridge(host, stray.tap, stray.bridge, stray);
  else {
    if (out) await setVlans(host, out.tap, out.commands);
    if (lost) await isolate(host, lost.tap, lost.isolated);
  }
  return stray !== undefined || lost !== undefined || out !== undefined;
}

export async function detach(host: Host, { domain, live, inactive }: NicOfDomain, signal: AbortSignal): Promise<void> {
  if (live) await unplug(host, domain, live, signal);
  // Last: as long as the guest has it, nothing has changed.
  if (inactive) await askToDetach(host, domain, inactive, "--config");
}

function askToDetach(host: Host, domain: LibvirtDomain, { mac, type }: LibvirtNic, flag: string): Promise<string> {
  return virsh(host, ["detach-interface", domain.uuid, type, "--mac", mac, flag], {
    purpose: `detach the NIC ${mac} from ${domain.name}`,
  });
}

/** Takes a NIC out of a running VM, and waits until its guest has let it go; the definition keeps it. */
export async function unplug(host: Host, domain: LibvirtDomain, live: LibvirtNic, signal: AbortSignal): Promise<void> {
  await askToDetach(host, domain, live, "--live").catch((error) => {
    // QEMU takes no second request while the guest has not answered the first.
    if (!(error instanceof RemoteCommandError && /already in the process of unplug/.test(error.message))) throw error;
  });
  await letGo(host, domain, live.mac, signal);
}

/** libvirt only asks; the guest's driver lets go in its own time. */
async function letGo(host: Host, domain: LibvirtDomain, macAddress: string, signal: AbortSignal): Promise<void> {
  for (const deadline = performance.now() + letGoMs; ; await wait(250, undefined, { signal }).catch(() => undefined)) {
    const now = findDomain(libvirtOf(await host.readFreshFacts(), host.label), domain.uuid);
    if (!now || !nicOf(now, macAddress).live) return;
    if (now.paused)
      throw new Error(
        `${host.label}: ${domain.name} is paused, and a guest lets a NIC go only while it runs: ${quote(["virsh", "resume", domain.name])}, then run this again.`,
      );
    if (signal.aborted)
      throw new Error(
        `${host.label}: ${domain.name} has not let its NIC ${macAddress} go yet, and the wait for that was cut short: ${reasonOf(signal)}. Run this again.`,
      );
    if (performance.now() > deadline) {
      throw new Error(
        `${host.label}: ${domain.name} does not let its NIC ${macAddress} go; it may be hung or still booting. Run this again later, or shut it down.`,
      );
    }
  }
}
