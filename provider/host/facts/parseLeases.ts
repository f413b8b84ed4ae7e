import { z } from "zod";
import type { Lease } from "./facts";
import { parseJson, shaped } from "./json";
import type { Reader } from "./reader";

const bytes = z.array(z.int().min(0).max(255));
const address = z.looseObject({ Family: z.number(), Address: bytes, ConfigSource: z.string().optional() });

/** `networkctl --json=short`, as systemd 261 and later print it. */
const told = z.looseObject({
  Interfaces: z.array(
    z.looseObject({
      Index: z.number(),
      Addresses: z.array(address).optional(),
      DNS: z.array(address).optional(),
      DHCPv4Client: z
        .looseObject({ ClientIdentifier: bytes.optional(), Lease: z.looseObject({}).optional() })
        .optional(),
    }),
  ),
});

/** The leases that networkd tells of, by the index of their link. Older ones stand in files. */
export function parseLeases(reader: Reader): Map<string, Lease> {
  const text = reader.text("leases", "links");
  if (text === undefined) return new Map();
  try {
    const { Interfaces } = shaped(told, parseJson(text));
    return new Map(
      Interfaces.flatMap(({ Index, Addresses, DNS, DHCPv4Client }) => {
        const [leased] = fromDhcp4(Addresses);
        if (leased === undefined || DHCPv4Client?.Lease === undefined) return [];
        const id = DHCPv4Client.ClientIdentifier;
        const clientId = id && Buffer.from(id).toString("hex");
        const lease: Lease = { address: leased, clientId, nameservers: fromDhcp4(DNS), released: true };
        return [[String(Index), lease] as const];
      }),
    );
  } catch (error) {
    reader.miss("links", undefined, `what networkd tells of its leases can't be read: it ${(error as Error).message}`);
    return new Map();
  }
}

/** AF_INET is 2. */
function fromDhcp4(all: z.infer<typeof address>[] = []): string[] {
  return all
    .filter(({ Family, Address, ConfigSource }) => Family === 2 && Address.length === 4 && ConfigSource === "DHCPv4")
    .map(({ Address }) => Address.join("."));
}
