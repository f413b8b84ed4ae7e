import { nameServersOf, type Stanza } from "../../backends/entry/addressing";
import { expectAddressing } from "../../backends/entry/wanted";
import type { Facts } from "../../host/facts/facts";
import type { Route } from "../../host/facts/links";

/** What a change means for whom the host asks for names: they stay, there are others, or the program takes them away. */
export type NameService = "stays" | "new" | "none";

/** What a program takes away from a host by what it says, and what must be there afterwards. */
export interface Losses {
  /** A sentence each, for a person to read before it happens. */
  readonly sentences: readonly string[];
  /** Gateways of default routes that were there and are to be there. */
  readonly gateways: readonly string[];
  /** Of what family a default route was there, and is to be there by whatever gateway DHCP gives. */
  readonly leased: readonly "inet"[];
  readonly nameService: NameService;
}

export interface Change {
  /** The links that the host's addressing is on, before and after. */
  readonly links: readonly string[];
  /** Their routes of before. */
  readonly before: readonly Route[];
  /** Those of after; undefined: all of them. */
  readonly after: readonly Route[] | undefined;
  /** netplan's entry of the link that has the addressing, now and then. */
  readonly was: Stanza;
  readonly stanza: Stanza;
}

export function lossesOf(facts: Facts, change: Change): Losses {
  const { before, after = before, stanza } = change;
  const defaults = before.filter(isDefault);
  // What DHCP gives from now on is known once it does.
  const given = ({ family }: Route) => family === "inet" && expectAddressing(stanza).dhcp4;
  const isThere = (route: Route) => after.some((one) => isSame(one, route));
  const gone = defaults.filter((route) => !isThere(route) && !given(route));
  const elsewhere = facts.routes.filter((one) => isDefault(one) && !change.links.includes(one.device ?? ""));
  const left = [...after.filter(isDefault), ...elsewhere];
  const nameService = nameServiceAfter(facts, change);
  return {
    sentences: [
      ...gone.map((route) => {
        const family = route.family === "inet" ? "IPv4" : "IPv6";
        const none = !left.some((one) => one.family === route.family && one.table === route.table);
        const table = route.table === undefined ? "" : ` of table ${route.table}`;
        return `the default route via ${route.gateway}${table} goes away${none ? `: the host will have no ${family} default route${table}` : ""}`;
      }),
      ...(nameService === "none" ? ["the host will have no name server"] : []),
    ],
    gateways: defaults.filter(isThere).flatMap(({ gateway }) => gateway ?? []),
    leased: defaults.some((route) => !isThere(route) && given(route)) ? ["inet"] : [],
    nameService,
  };
}

const isDefault = ({ destination, gateway }: Route) => destination === "default" && gateway !== undefined;

const isSame = (one: Route, other: Route) =>
  one.family === other.family &&
  one.destination === other.destination &&
  one.gateway === other.gateway &&
  one.table === other.table;

/** Those that netplan's entry of another link gives, or a file of the host's own, stay whatever the bridge has. */
function nameServiceAfter(facts: Facts, { links, was, stanza }: Change): NameService {
  const present = facts.nameservers ?? [];
  const leases = facts.links
    .filter(({ name }) => links.includes(name))
    .flatMap(({ lease }) => lease?.nameservers ?? []);
  const own = new Set([...nameServersOf(was), ...leases]);
  const others = present.filter((address) => !own.has(address));
  const wanted = nameServersOf(stanza);
  if (present.length > 0 && others.length === 0 && wanted.length === 0 && !expectAddressing(stanza).dhcp4)
    return "none";
  return wanted.length > 0 && !wanted.some((address) => own.has(address) || present.includes(address))
    ? "new"
    : "stays";
}
