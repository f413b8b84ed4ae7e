import { setTimeout as wait } from "node:timers/promises";
import type { LibvirtNic } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { virsh, xmlOnInput } from "../../host/libvirt/virsh";
import { joinBridge } from "../../host/tap/join";
import { findDomain, libvirtOf } from "../../plan/libvirt/find";
import { nicXml } from "../../plan/libvirt/xml";
import type { NicInputs } from "./definition";
import { differences, type NicOfDomain, nicOf, type StrayTap } from "./model";

/** How long a running guest may take to let a NIC go. */
const letGoMs = 30_000;

/** A side that has not the NIC gets it, one that has another is changed, one that is as wanted is let be; a VM is never stopped for it. */
export async function attachLacking(
  host: Host,
  inputs: NicInputs,
  { domain, live, inactive }: NicOfDomain,
  macAddress: string,
): Promise<void> {
  const xml = nicXml({
    macAddress,
    network: inputs.network,
    bridge: inputs.bridge,
    model: inputs.model,
    linkState: inputs.linkState,
  });
  const sides: { flag: string; nic: LibvirtNic | undefined }[] = [
    ...(domain.running ? [{ flag: "--live", nic: live }] : []),
    { flag: "--config", nic: inactive },
  ];
  const lacking = sides.filter(({ nic }) => nic === undefined).map(({ flag }) => flag);
  const unlike = sides.filter(({ nic }) => nic && differences("", inputs, nic).length > 0).map(({ flag }) => flag);
  if (lacking.length > 0) {
    await virsh(host, ["attach-device", domain.uuid, xmlOnInput, ...lacking], {
      purpose: `attach the NIC ${macAddress} to ${domain.name}`,
      xml,
      ...(domain.running && {
        nextStep: "If the VM has no free PCI slot for a NIC while it runs, shut it down and run this again.",
      }),
    });
  }
  if (unlike.length > 0) {
    const purpose = `change the NIC ${macAddress} of ${domain.name}`;
    await virsh(host, ["update-device", domain.uuid, xmlOnInput, ...unlike], { purpose, xml });
  }
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
  if (inactive)
    await virsh(host, ["detach-interface", domain.uuid, inactive.type, "--mac", macAddress, "--config"], { purpose });
  if (!live) return;
  await virsh(host, ["detach-interface", domain.uuid, live.type, "--mac", macAddress, "--live"], { purpose });
  // libvirt only asks; the guest's driver lets go in its own time.
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
