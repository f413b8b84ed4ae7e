import type { Host } from "../host";
import { readScript } from "../script";

const script = readScript(__dirname, "holders.sh");

/** A program that has a TAP open. */
export interface Holder {
  readonly tap: string;
  readonly pid: number;
  readonly command: string;
  /** The VM that it is, by libvirt's files; undefined: libvirt does not know it. */
  readonly vm: string | undefined;
}

/** By the kernel alone: libvirt may hang, and not all that run a VM are libvirt's. */
export async function readHolders(host: Host, taps: readonly string[]): Promise<Holder[]> {
  if (taps.length === 0) return [];
  const { stdout } = await host.exec(["sh", "-c", script, "sh", ...taps], {
    purpose: "see who holds the bridge's TAPs",
  });
  return stdout.split("\n").flatMap((line) => {
    const [tap, pid, command, vm] = line.split(" ");
    return tap && pid && command ? [{ tap, pid: Number(pid), command, vm: vm || undefined }] : [];
  });
}
