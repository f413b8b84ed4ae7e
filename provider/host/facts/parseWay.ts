import { z } from "zod";
import { parseJson, shaped } from "./json";
import type { Client, Sysctl } from "./links";
import { wayTo } from "./printed";
import type { Miss } from "./unreadable";

/** "MAC PORT BRIDGE", a line each: the port, by bridge and MAC address. */
export function parseHeard(text = ""): (bridge: string | undefined, mac: string) => string | undefined {
  const ports = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [mac, port, bridge] = line.split(" ");
    if (mac && port && bridge) ports.set(`${bridge} ${mac}`, port);
  }
  return (bridge, mac) => ports.get(`${bridge} ${mac}`);
}

/** SSH_CONNECTION (ssh(1)), and `ip -j route get` of its client. */
export function parseClient(connection: string | undefined, way: string | undefined, miss: Miss): Client | undefined {
  const [address] = connection?.split(" ") ?? [];
  if (!address || !way) return undefined;
  try {
    const [route] = shaped(z.array(wayTo), parseJson(way));
    return { address, device: route?.dev, gateway: route?.gateway };
  } catch (error) {
    miss("routes", undefined, `\`ip -j route get ${address}\` can't be read: it ${(error as Error).message}`);
    return undefined;
  }
}

/** "ipv4 enp1s0 rp_filter 2", a line each. */
export function parseSysctls(text = ""): Sysctl[] {
  return text.split("\n").flatMap((line): Sysctl[] => {
    const [family, link, key, value] = line.split(" ");
    if ((family !== "ipv4" && family !== "ipv6") || !link || !key || value === undefined) return [];
    return [{ family, link, key, value }];
  });
}

/** "enp1s0 /etc/dnsmasq.d/lan.conf", a line each. */
export function parseMentions(text = ""): { link: string; path: string }[] {
  return text.split("\n").flatMap((line) => {
    const [link, ...path] = line.split(" ");
    return link && path.length > 0 ? [{ link, path: path.join(" ") }] : [];
  });
}
