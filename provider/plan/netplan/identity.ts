import type { Link } from "../../host/facts/facts";
import { asksDhcp6, learns, promised } from "../addressing/wanted";
import type { Stanza } from "./addressing";
import { networkFileName } from "./bridgeFile";

/** netplan has no key for it: a drop-in that gives an interface another one's DHCP identity (systemd.network(5), IAID=). */
export function identityPath(id: string): string {
  return `/etc/systemd/network/${networkFileName(id)}.d/kvmnet-identity.conf`;
}

/**
 * The drop-in's text: DHCP servers know the host by the identity that it had `from` a link. Undefined where DHCP is not
 * asked, or the link never did. Routers, too, say that DHCPv6 is to be asked (RFC 4861, M and O flags).
 */
export function identityText(stanza: Stanza, from: Link | undefined): string | undefined {
  const iaid = iaidOf(from?.lease?.clientId) ?? from?.dhcp6Iaid;
  if (iaid === undefined || !asksDhcp(stanza, from)) return undefined;
  return `# Written by kvmnet: the DHCP identity that the uplink had.\n[DHCPv4]\nIAID=${iaid}\n\n[DHCPv6]\nIAID=${iaid}\n`;
}

export function asksDhcp(stanza: Stanza, link: Link | undefined): boolean {
  return promised(stanza).dhcp4 || asksDhcp6(stanza) || (learns(stanza) && link?.dhcp6Iaid !== undefined);
}

/** RFC 4361: 0xff, a 32-bit IAID, a DUID. Another kind of client id has no IAID. */
function iaidOf(clientId: string | undefined): number | undefined {
  return clientId && /^ff[0-9a-f]{10,}$/i.test(clientId) ? Number.parseInt(clientId.slice(2, 10), 16) : undefined;
}
