import { addressingOf, type Stanza } from "../../backends/entry/addressing";
import { findDefinition } from "../../backends/entry/definition";
import { expectAddressing } from "../../backends/entry/wanted";
import { netplanId } from "../../backends/netplan/netplanId";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { Refusal } from "../../schema/refusal";
import { type Check, finding } from "./finding";

/** What a configuration gives the host, and the file that says so. */
interface Configured {
  readonly path: string;
  readonly stanza: Stanza;
}

/** That of each link, and of each bridge of kvmnet's what its NIC had before it: a change may have lost it. */
function configured(facts: Facts): Configured[] {
  const before = [...facts.records].flatMap(([, { uplink, previousConfig }]) =>
    entries(new Map(Object.entries(previousConfig).filter(([path]) => path.endsWith(".yaml"))), [
      uplink,
      ...idOf(linkNamed(facts, uplink)),
    ]),
  );
  return [...entries(facts.netplan, facts.links.flatMap(idOf)), ...before];
}

const idOf = (link: Link | undefined): string[] => (link ? [netplanId(link)] : []);

/** Files that can't be read are a finding of next-boot's. */
function entries(files: ReadonlyMap<string, string>, ids: readonly string[]): Configured[] {
  try {
    return [...new Set(ids)].flatMap((id) => {
      const definition = findDefinition(files, id);
      const path = definition?.places.map((place) => place.path).join(", ") ?? "";
      return definition ? [{ path, stanza: addressingOf(definition) }] : [];
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [];
  }
}

/** A host that its configuration gives, or gave, a default route. */
export const noDefaultRoute: Check = (facts) =>
  (["inet", "inet6"] as const).flatMap((family) => {
    const there = facts.routes.some(
      (route) => route.family === family && route.destination === "default" && route.type === "unicast",
    );
    if (there) return [];
    const isIts = (gateway: string) => gateway.includes(":") === (family === "inet6");
    const found = configured(facts).flatMap(({ path, stanza }) =>
      expectAddressing(stanza)
        .gateways.filter(isIts)
        .map((gateway) => `${path}: a default route via ${gateway}`),
    );
    const [evidence] = found;
    if (evidence === undefined) return [];
    return finding("no-default-route", "warning", {
      subject: "host",
      evidence: `${evidence}; ip -${family === "inet" ? 4 : 6} route show default: none`,
      cause:
        "The host reaches its own networks alone: a route went away by hand, or a change of its addressing left it out.",
      fix: "Say it in the bridge's addressing.routes, or by hand: ip route add default via GATEWAY.",
    });
  });

/** A host that its configuration gives, or gave, name servers. */
export const noNameServer: Check = (facts) => {
  if (facts.nameservers === undefined || facts.nameservers.length > 0) return [];
  const [evidence] = configured(facts).flatMap(({ path, stanza: { nameservers } }) => {
    const { addresses } = (nameservers ?? {}) as { addresses?: unknown };
    return Array.isArray(addresses) && addresses.length > 0 ? [`${path}: nameservers ${addresses.join(", ")}`] : [];
  });
  if (evidence === undefined) return [];
  return [
    finding("no-name-server", "warning", {
      subject: "host",
      evidence: `${evidence}; /etc/resolv.conf, and systemd-resolved where that leads to it: none`,
      cause:
        "No name resolves on the host: a change of its addressing left the name servers out, or they are not handed on.",
      fix: "Say them in the bridge's addressing.nameservers; resolvectl dns shows what each link has.",
    }),
  ];
};
