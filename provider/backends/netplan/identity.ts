import type { Facts } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { isLeased } from "../../host/transaction/readdressing";
import type { Addressing } from "../../kernel/addressingOn";
import { Refusal } from "../../schema/refusal";
import type { Stanza } from "../entry/addressing";
import { acceptsAdvertisements, asksDhcp6, expectAddressing } from "../entry/wanted";

/** netplan has no key for it: a drop-in of networkd's file that gives an interface another one's DHCP identity (systemd.network(5), IAID=). */
export function identityPath(unit: string): string {
  return `/etc/systemd/network/${unit}.d/kvmnet-identity.conf`;
}

/**
 * The drop-in's text: DHCP servers know the host by the identity that it had `from` a link, and what a lease is of is not
 * given back to the server when networkd lets go of the link, as another one has it then. Undefined where DHCP is not
 * asked, or the link never did. Routers, too, say that DHCPv6 is to be asked (RFC 4861, M and O flags).
 */
function identityText(stanza: Stanza, from: Link | undefined): string | undefined {
  const iaid = iaidOf(from?.lease?.clientId ?? from?.asksBy) ?? from?.dhcp6Iaid;
  const keeps = from?.asksBy !== undefined;
  if ((iaid === undefined && !keeps) || !asksDhcp(stanza, from)) return undefined;
  const same = iaid === undefined ? "" : `IAID=${iaid}\n`;
  return (
    `# Written by kvmnet: the DHCP identity that the uplink had.\n[DHCPv4]\n${same}${keeps ? noRelease : ""}` +
    (same && `\n[DHCPv6]\n${same}`)
  );
}

const noRelease = "SendRelease=no\n";

/** The text that there is, on a host whose systemd is newer than it was. */
function identityToday(kept: string, link: Link): string {
  return link.asksBy !== undefined && !kept.includes(noRelease) ? kept.replace("[DHCPv4]\n", `$&${noRelease}`) : kept;
}

/** What a DHCP server knows the host by, kept on the bridge: what `holder` has now, or the uplink had. Path to text. */
export function identityFiles(
  facts: Pick<Facts, "networkd">,
  unit: string,
  holder: Link,
  uplink: Link,
  stanza: Stanza,
): Record<string, string> {
  const path = identityPath(unit);
  const kept = facts.networkd.get(path);
  const isKept = asksDhcp(stanza, holder) && kept !== undefined;
  const text = isKept ? identityToday(kept, holder) : identityText(stanza, uplink);
  return text === undefined ? {} : { [path]: text };
}

/** @throws Refusal where a link has its address from DHCP, and nobody tells by which identity */
export function needIdentity({ name, lease, asksBy }: Link, { addresses, routes }: Addressing): void {
  const leased = addresses.some(isLeased) || routes.some((one) => one.family === "inet" && one.protocol === "dhcp");
  if (!leased || (lease?.clientId ?? asksBy) !== undefined) return;
  throw new Refusal(
    `uplink: ${name} has its address from DHCP, and networkd does not tell by which identity (no file in /run/systemd/netif/leases, nothing in networkctl --json=short status ${name}): a bridge would be another one to the DHCP server, and get another address. See that systemd-networkd runs and has the lease (networkctl status ${name}), or give the host a static address first.`,
  );
}

function asksDhcp(stanza: Stanza, link: Link | undefined): boolean {
  return (
    expectAddressing(stanza).dhcp4 ||
    asksDhcp6(stanza) ||
    (acceptsAdvertisements(stanza) && link?.dhcp6Iaid !== undefined)
  );
}

/** RFC 4361: 0xff, a 32-bit IAID, a DUID. Another kind of client id has no IAID. */
function iaidOf(clientId: string | undefined): number | undefined {
  return clientId && /^ff[0-9a-f]{10,}$/i.test(clientId) ? Number.parseInt(clientId.slice(2, 10), 16) : undefined;
}
