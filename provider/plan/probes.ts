import type { Facts } from "../host/facts/facts";
import type { Change, Probe } from "../host/transaction/change";
import type { BridgeProbe } from "../schema/probe";
import type { Losses } from "./impact/losses";

/**
 * The gateways of before are asked again; new ones must be there at all. The default routes must be there in any case: a
 * gateway on the host's own link answers without one.
 */
export function probesFor(
  facts: Facts,
  { gateways, leased, nameService }: Pick<Losses, "gateways" | "leased" | "nameService">,
  wanted: readonly string[],
  own: readonly BridgeProbe[] = [],
): Pick<Change, "probes" | "required"> {
  const known = [...new Set(gateways)];
  const isIpv6 = (address: string) => address.includes(":");
  const replaced = wanted.filter((gateway) => !known.includes(gateway));
  // Each family has a default route of its own.
  const kept = known.filter((gateway) => !replaced.some((other) => isIpv6(other) === isIpv6(gateway)));
  const names = facts.names.length > 0 ? [{ kind: "names" as const, names: facts.names }] : [];
  return {
    probes: [
      ...kept.flatMap(gatewayProbes),
      ...leased.map((family) => ({ kind: "route" as const, address: family })),
      ...(nameService === "none" ? [] : [{ kind: "dns" as const }, ...names]),
      ...own.map(usersProbe),
    ],
    required: [...replaced.flatMap(gatewayProbes), ...(nameService === "new" ? [{ kind: "dns" as const }] : [])],
  };
}

function gatewayProbes(address: string): Probe[] {
  return [
    { kind: "gateway", address },
    { kind: "route", address },
  ];
}

function usersProbe({ tcp, ping, dns }: BridgeProbe): Probe {
  if (ping !== undefined) return { kind: "ping", address: ping };
  if (dns !== undefined) return { kind: "name", name: dns };
  const [, host = "", port] = /^(.*):(\d+)$/.exec(tcp ?? "") ?? [];
  return { kind: "tcp", host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
