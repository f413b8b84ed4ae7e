import type { Facts } from "../host/facts/facts";
import type { Change, Probe } from "../host/transaction/change";
import type { BridgeProbe } from "../resources/bridge/definition";

/** The gateways of before are asked again; new ones must be there at all. */
export function probesFor(
  facts: Facts,
  before: readonly (string | undefined)[],
  wanted: readonly string[],
  own: readonly BridgeProbe[] = [],
): Pick<Change, "probes" | "required"> {
  const known = [...new Set(before.filter((gateway) => gateway !== undefined))];
  const isIpv6 = (address: string) => address.includes(":");
  const replaced = wanted.filter((gateway) => !known.includes(gateway));
  // Each family has a default route of its own.
  const kept = known.filter((gateway) => !replaced.some((other) => isIpv6(other) === isIpv6(gateway)));
  return {
    probes: [
      ...kept.map((address) => ({ kind: "gateway" as const, address })),
      ...(facts.resolved ? [{ kind: "dns" as const }] : []),
      ...own.map(usersProbe),
    ],
    required: replaced.map((address) => ({ kind: "gateway" as const, address })),
  };
}

function usersProbe({ tcp, ping, dns }: BridgeProbe): Probe {
  if (ping !== undefined) return { kind: "ping", address: ping };
  if (dns !== undefined) return { kind: "name", name: dns };
  const [, host = "", port] = /^(.*):(\d+)$/.exec(tcp ?? "") ?? [];
  return { kind: "tcp", host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
