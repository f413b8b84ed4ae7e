import type { Host } from "../host";

/** libvirt over its own client; XML goes in on standard input. */
export async function virsh(
  host: Host,
  args: readonly string[],
  options: { purpose: string; xml?: string; nextStep?: string },
): Promise<string> {
  const { stdout } = await host.exec(["virsh", "-q", ...args], {
    purpose: options.purpose,
    ...(options.xml !== undefined && { input: options.xml }),
    ...(options.nextStep !== undefined && { nextStep: options.nextStep }),
  });
  return stdout.trim();
}

/** Where virsh takes a file's name: standard input. */
export const xmlOnInput = "/dev/stdin";
