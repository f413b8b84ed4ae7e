import type { Host } from "../host";
import { systemVirsh } from "../libvirt/virsh";

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The addresses of a VM's NIC that its guest agent tells, or libvirt's own DHCP server; none where neither answers.
 * Not checked: a guest's agent says what it likes.
 */
export async function toldByLibvirt(
  host: Host,
  {
    domainId,
    macAddress,
    signal,
  }: { readonly domainId: string; readonly macAddress: string; readonly signal: AbortSignal },
): Promise<string[]> {
  if (!uuidPattern.test(domainId)) return [];
  // One virsh for both: it goes on after a source that does not answer.
  const ask = ["agent", "lease"].map((source) => `domifaddr ${domainId} --full --source ${source}`).join("; ");
  const { stdout } = await host.run(["timeout", "-k", "5", "10", ...systemVirsh, ask], {
    purpose: `ask libvirt for the address of the NIC ${macAddress}`,
    timeoutMs: 20_000,
    signal,
  });
  const found = stdout.split("\n").flatMap((line) => {
    const [, mac, protocol, address] = line.trim().split(/ +/);
    return mac?.toLowerCase() === macAddress && (protocol === "ipv4" || protocol === "ipv6") && address
      ? [address.replace(/\/.*$/, "")]
      : [];
  });
  return [...new Set(found)];
}
