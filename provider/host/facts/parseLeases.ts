import { z } from "zod";
import { parseJson, shaped } from "./json";
import type { Lease } from "./links";
import type { Reader } from "./reader";

/** What networkd tells of its DHCP client on a link. */
export interface Asking {
  readonly clientId: string | undefined;
  /** Undefined: it has none, yet or any more. */
  readonly lease: Lease | undefined;
}

const bytes = z.array(z.int().min(0).max(255));
const address = z.looseObject({ Family: z.number(), Address: bytes, ConfigSource: z.string().optional() });

/** The server's answer: each option by its number, in hex. */
const message = z.looseObject({ options: z.array(z.looseObject({ tag: z.number(), data: z.string() })).optional() });

/** `networkctl --json=short`, as systemd 261 and later print it. */
const networkctlInterfaces = z.looseObject({
  Interfaces: z.array(
    z.looseObject({
      Index: z.number(),
      Addresses: z.array(address).optional(),
      DNS: z.array(address).optional(),
      DHCPv4Client: z
        .looseObject({
          ClientIdentifier: bytes.optional(),
          Lease: z.looseObject({ Message: message.optional() }).optional(),
        })
        .optional(),
    }),
  ),
});

/** What networkd tells of its DHCP clients, by the index of their link. Of older ones, leases stand in files. */
export function parseAsking(reader: Reader): Map<string, Asking> {
  const text = reader.text("leases", "links");
  if (text === undefined) return new Map();
  try {
    const { Interfaces } = shaped(networkctlInterfaces, parseJson(text));
    return new Map(
      Interfaces.flatMap(({ Index, Addresses, DNS, DHCPv4Client }) => {
        if (DHCPv4Client === undefined) return [];
        const { ClientIdentifier: id, Lease: held } = DHCPv4Client;
        const clientId = id && Buffer.from(id).toString("hex");
        const [address] = held ? fromDhcp4(Addresses) : [];
        const mtu = mtuIn(held?.Message);
        const lease = address === undefined ? undefined : { address, clientId, nameservers: fromDhcp4(DNS), ...mtu };
        return [[String(Index), { clientId, lease }] as const];
      }),
    );
  } catch (error) {
    reader.miss("links", undefined, `what networkd tells of its leases can't be read: it ${(error as Error).message}`);
    return new Map();
  }
}

/** Option 26 of RFC 2132, of two bytes. */
function mtuIn({ options = [] }: z.infer<typeof message> = {}): Pick<Lease, "mtu"> {
  const data = options.find(({ tag }) => tag === 26)?.data;
  return data !== undefined && /^[0-9a-f]{4}$/i.test(data) ? { mtu: Number.parseInt(data, 16) } : {};
}

/** AF_INET is 2. */
function fromDhcp4(all: z.infer<typeof address>[] = []): string[] {
  return all
    .filter(({ Family, Address, ConfigSource }) => Family === 2 && Address.length === 4 && ConfigSource === "DHCPv4")
    .map(({ Address }) => Address.join("."));
}
