import type { Host } from "../host";

/** libvirt's system connection, whatever uri_default or LIBVIRT_DEFAULT_URI the host has. */
export const systemVirsh = ["virsh", "-c", "qemu:///system", "-q"] as const;

/** libvirt over its own client; XML goes in on standard input. */
export async function virsh(
  host: Host,
  args: readonly string[],
  options: { purpose: string; xml?: string; nextStep?: string },
): Promise<string> {
  // A daemon that hangs keeps virsh for ever, also when nobody waits for it any more.
  const { stdout } = await host.exec(["timeout", "-k", "5", "55", ...systemVirsh, ...args], {
    purpose: options.purpose,
    ...(options.xml !== undefined && { input: options.xml }),
    ...(options.nextStep !== undefined && { nextStep: options.nextStep }),
  });
  return stdout.trim();
}

/** Where virsh takes a file's name: standard input. */
export const xmlOnInput = "/dev/stdin";
