import { visible } from "../exec/visible";
import type { Host } from "../host";
import { plugIfKept, plugScript, unpluggedAt } from "../keptFolder";
import { readScript } from "../script";
import { writeFiles } from "../writeFiles";

const scriptText = readScript(__dirname, "plug.sh");

/** What plug.sh is to give back, or over: libvirt's XML of a NIC that was taken out of a running VM, each as plug.sh names it. */
export interface Unplugged {
  /** The VM's UUID. */
  readonly vm: string;
  readonly mac: string;
  /** The host's NIC that it was on, and the bridge that it is to be on. */
  readonly device: string;
  readonly bridge: string;
  readonly xml: { readonly live?: string; readonly bridged?: string; readonly defined?: string };
}

/** Before they are taken out: from then on the host itself plugs them in when its change has ended, whatever becomes of the engine. */
export async function keepUnplugged(host: Host, nics: readonly Unplugged[]): Promise<void> {
  const files = nics.flatMap(({ vm, mac, device, bridge, xml }) => {
    const at = unpluggedAt({ vm, mac });
    const texts = Object.entries(xml).map(([name, text]): [string, string] => [`${at}/${name}.xml`, text]);
    const names = Object.entries({ mac, device, bridge, vm }).map(([name, text]): [string, string] => [
      `${at}/${name}`,
      text,
    ]);
    return [...texts, ...names];
  });
  await writeFiles(host, new Map([...files, [plugScript, scriptText]]));
}

/** @throws Error of what is not plugged in then */
export async function plugIn(host: Host): Promise<void> {
  // The host itself may be through with all of it.
  const { code, stdout, stderr } = await host.run(plugIfKept, {
    purpose: "plug in what was taken out of running VMs",
  });
  if (code !== 0)
    throw new Error(
      `${host.label}: not plugged in again: ${visible(stderr || stdout).trim()}. Once libvirt takes it, sh ${plugScript} on the host does that.`,
    );
}
