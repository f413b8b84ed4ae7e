import { setTimeout as wait } from "node:timers/promises";
import { RemoteCommandError } from "../../host/exec/remoteCommand";
import { type Facts, type LibvirtDomain, type LibvirtNic, linkNamed } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { virsh, xmlOnInput } from "../../host/libvirt/virsh";
import { joinBridge } from "../../host/tap/join";
import { findDomain, libvirtOf } from "../../plan/libvirt/find";
import { changedNicXml, nicXml } from "../../plan/libvirt/xml";
import type { NicPlace } from "./definition";
import { asRunning, bridgeOf, differences, type NicOfDomain, nicOf, type StrayTap } from "./model";

/** How long a running guest may take to let a NIC go. */
const letGoMs = 30_000;

/**
 * A side that has not the NIC gets it, one that has another is changed, one that is as wanted is let be; a VM is never
 * stopped for it. Says whether the running VM's NIC came to another bridge.
 */
export async function attachLacking(
  host: Host,
  inputs: NicPlace,
  facts: Facts,
  { domain, live, inactive }: NicOfDomain,
  macAddress: string,
): Promise<boolean> {
  const { network, bridge, model, linkState } = inputs;
  const place = { network, bridge, linkState };
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
  const tap = live?.tap === undefined ? undefined : linkNamed(facts, live.tap);
  // A bridge that was renamed has its TAPs already, and libvirt can't put into a bridge what is in it.
  const renamed = tap !== undefined && tap.master === bridgeOf(facts, inputs);
  const moved = live !== undefined && !renamed && bridgeOf(facts, live) !== bridgeOf(facts, inputs);
  if (live && renamed && bridgeOf(facts, live) !== tap.master)
    await host.exec(["ip", "link", "set", "dev", tap.name, "nomaster"], {
      purpose: `have libvirt put ${tap.name} into ${tap.master}`,
    });
  if (live && differences("", asRunning(inputs, live), live).length > 0) {
    const wanted = { ...place, model: live.model };
    // The guest notices by its cable that it is elsewhere, and asks for an address there.
    if (moved && linkState === "up") await change(live, "--live", { ...wanted, linkState: "down" });
    await change(live, "--live", wanted);
  }
  if (inactive && differences("", inputs, inactive).length > 0) await change(inactive, "--config", { ...place, model });
  return moved;
}

/** libvirt puts a TAP into its bridge once, when it makes it. Says whether there was something to do. */
export async function putTapBack(host: Host, stray: StrayTap | undefined): Promise<boolean> {
  if (!stray) return false;
  await joinBridge(host, stray.tap, stray.bridge);
  return true;
}

export async function detach(
  host: Host,
  { domain, live, inactive }: NicOfDomain,
  macAddress: string,
  signal: AbortSignal,
): Promise<void> {
  const purpose = `detach the NIC ${macAddress} from ${domain.name}`;
  const ask = (nic: LibvirtNic, flag: string) =>
    virsh(host, ["detach-interface", domain.uuid, nic.type, "--mac", macAddress, flag], { purpose });
  if (live) {
    await ask(live, "--live").catch((error) => {
      // QEMU takes no second request while the guest has not answered the first.
      if (!(error instanceof RemoteCommandError && /already in the process of unplug/.test(error.message))) throw error;
    });
    await letGo(host, domain, macAddress, signal);
  }
  // Last: as long as the guest has it, nothing has changed.
  if (inactive) await ask(inactive, "--config");
}

/** libvirt only asks; the guest's driver lets go in its own time. */
async function letGo(host: Host, domain: LibvirtDomain, macAddress: string, signal: AbortSignal): Promise<void> {
  for (const deadline = performance.now() + letGoMs; ; await wait(250, undefined, { signal })) {
    const now = findDomain(libvirtOf(await host.freshFacts(), host.label), domain.uuid);
    if (!now || !nicOf(now, macAddress).live) return;
    if (performance.now() > deadline) {
      throw new Error(
        `${host.label}: ${domain.name} does not let its NIC ${macAddress} go; it may be hung or still booting. Run this again later, or shut it down.`,
      );
    }
  }
}
