import type { Host } from "../host";
import { systemVirsh } from "../libvirt/virsh";
import { inBatches } from "./inBatches";

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What libvirt has from one of its sources about a NIC; of one without an address, the address is left out. */
interface LibvirtAddress {
  readonly source: "agent" | "lease";
  readonly macAddress: string;
  readonly address: string | undefined;
}

/** Whom to ask about: a VM. */
const ask = inBatches(async (host: Host, domainIds: readonly string[]): Promise<LibvirtAddress[]> => {
  // One virsh for all: it goes on after a source that does not answer.
  const script = [...new Set(domainIds)].flatMap((id) =>
    (["agent", "lease"] as const).flatMap((source) => [`echo ${source}:`, `domifaddr ${id} --full --source ${source}`]),
  );
  const { stdout } = await host.ask(["timeout", "-k", "5", "10", ...systemVirsh, script.join("; ")], {
    purpose: "ask libvirt for guests' addresses",
    timeoutMs: 20_000,
  });
  // virsh ends what it echoes with no line.
  const [, ...parts] = stdout.split(/(agent|lease):/);
  return parts.flatMap((name, at) =>
    at % 2 === 0
      ? (parts[at + 1] ?? "").split("\n").flatMap((line) => parseAddress(line, name as LibvirtAddress["source"]))
      : [],
  );
});

/** " eth0  52:54:00:12:34:56  ipv4  192.0.2.5/24"; without an address, "N/A". */
function parseAddress(line: string, source: LibvirtAddress["source"]): LibvirtAddress[] {
  const [, mac = "", protocol, address] = line.trim().split(/ +/);
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac)) return [];
  const isAddress = protocol === "ipv4" || protocol === "ipv6";
  return [{ source, macAddress: mac.toLowerCase(), address: isAddress ? address?.replace(/\/.*$/, "") : undefined }];
}

export interface LibvirtAddresses {
  /** By its guest's agent, or by libvirt's own DHCP server; none where neither answers. Not checked: a guest says what it likes. */
  readonly addresses: readonly string[];
  /** The guest's agent has told of this NIC: what is not among the addresses, it has not. */
  readonly byAgent: boolean;
}

/** The addresses of a VM's NIC that libvirt tells. */
export async function readLibvirtAddresses(
  host: Host,
  { domainId, macAddress }: { readonly domainId: string; readonly macAddress: string },
): Promise<LibvirtAddresses> {
  if (!uuidPattern.test(domainId)) return { addresses: [], byAgent: false };
  const told = (await ask(host, [domainId])).filter((one) => one.macAddress === macAddress);
  const addresses = told.flatMap(({ address }) => address ?? []);
  return { addresses: [...new Set(addresses)], byAgent: told.some(({ source }) => source === "agent") };
}
