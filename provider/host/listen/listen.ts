import type { Host } from "../host";
import { readScript } from "../script";

const script = readScript(__dirname, "listen.pl");

/** Where to listen, and what to ask; made by provider/plan/diagnose/traffic. */
export interface Listening {
  readonly devices: readonly string[];
  /** ARP probes: who has the address? From a MAC address, out of a device. */
  readonly asks: readonly { readonly device: string; readonly macAddress: string; readonly address: string }[];
  /** It is over early once each of these was heard with an address. */
  readonly until: readonly string[];
}

/** One kind of frame that passed a link. */
export interface Heard {
  readonly kind: "arp" | "ip" | "dhcp";
  readonly device: string;
  /** Of a TAP, "in" comes from the VM. */
  readonly direction: "in" | "out";
  readonly from: string;
  /** Undefined: a broadcast. */
  readonly to: string | undefined;
  /** The sender's; DHCP's message type (RFC 2132, 9.6) instead for "dhcp". */
  readonly content: string;
  /** The client that DHCP is about. */
  readonly client: string | undefined;
}

/** Listens for some seconds; besides ARP probes, nothing is sent, and nothing on the host changes. */
export async function listen(
  host: Host,
  { devices, asks, until }: Listening,
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal | undefined },
): Promise<Heard[]> {
  const words = [
    ...devices.flatMap((device) => ["on", device]),
    ...asks.flatMap(({ device, macAddress, address }) => ["ask", device, macAddress, address]),
    ...until.flatMap((mac) => ["until", mac]),
  ];
  const { stdout } = await host.exec(["perl", "-e", script, "--", String(seconds), ...words], {
    purpose: "listen to what its links carry",
    timeoutMs: (seconds + 15) * 1000,
    ...(signal && { signal }),
    nextStep: "It needs perl-base on the host, which Debian and Ubuntu have; without it, do not listen (--listen 0).",
  });
  return stdout.split("\n").flatMap(parseHeard);
}

export function parseHeard(line: string): Heard[] {
  const [, kind, device, direction, from, to, content, client] =
    /^(arp|ip|dhcp) (\S+) (in|out) ([0-9a-f:]{17}) (-|[0-9a-f:]{17}) (\S+)(?: ([0-9a-f:]{17}))?$/.exec(line) ?? [];
  if (!kind || !device || !from || !content) return [];
  const frame = { kind: kind as Heard["kind"], direction: direction as Heard["direction"] };
  return [{ ...frame, device, from, to: to === "-" ? undefined : to, content, client }];
}
