import ipaddr from "ipaddr.js";
import type { Host } from "../host";
import { readScript } from "../script";
import { inBatches } from "./inBatches";

const script = readScript(__dirname, "whoHas.pl");

/** For how long an answer is waited for; a guest that is awake answers at once. */
const seconds = 0.6;

export interface WhoHas {
  /** The host's link on that LAN. */
  readonly device: string;
  /** The host's link-local address on it; without one, nobody is asked for IPv6. */
  readonly from: string | undefined;
  readonly address: string;
  /** It is waited for until this one answers. */
  readonly macAddress: string;
  /** For so many IPv4 addresses from that one on, which it alone is asked for: it may have one of them. */
  readonly count?: number;
}

/** One that says to have an address. */
export interface Has {
  readonly address: string;
  readonly macAddress: string;
}

/** Asks a host's LANs who has which address, by ARP and by neighbour discovery. Nothing on the host changes by it. */
export const whoHas = inBatches(async (host: Host, all: readonly WhoHas[]): Promise<Has[]> => {
  const asked = all.filter(({ address, from }) => !address.includes(":") || from !== undefined);
  if (asked.length === 0) return [];
  const words = asked.flatMap(({ device, from = "", address, macAddress, count }) => {
    const how = count !== undefined ? `one:${count}` : address.includes(":") ? hexOf(from) : "all";
    return [device, how, hexOf(address), macAddress];
  });
  const { stdout } = await host.ask(["perl", "-e", script, "--", String(seconds), ...words], {
    purpose: "ask who has the guests' addresses",
    timeoutMs: 20_000,
  });
  return stdout.split("\n").flatMap((line) => {
    const [, hex = "", macAddress] = /^([0-9a-f]{8}|[0-9a-f]{32}) ([0-9a-f:]{17})$/.exec(line) ?? [];
    return macAddress === undefined
      ? []
      : [{ address: ipaddr.fromByteArray([...Buffer.from(hex, "hex")]).toString(), macAddress }];
  });
});

const hexOf = (address: string) => Buffer.from(ipaddr.parse(address).toByteArray()).toString("hex");
