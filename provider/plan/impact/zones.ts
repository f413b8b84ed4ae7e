import { backendOf } from "../../backends/backends";
import { findDefinition } from "../../backends/entry/definition";
import type { Facts } from "../../host/facts/facts";
import { keyfileSections, valueIn } from "../../host/facts/keyfile";
import type { NamingRule } from "../../host/netfilter/firewall";
import { isNamed } from "../../host/netfilter/naming";
import type { Impact, Look } from "./impact";

/** firewalld 1's and 2's chains that look for the zone of what comes in, and of what goes through. */
const chains = /^filter_(?:INPUT|FORWARD)_(?:ZONES|POLICIES)$/;
const zone = /^filter_(?:IN|FWD)_(?!policy_)(.+)$/;

/**
 * NetworkManager tells firewalld the zone of a link, by its profile, and the bridge's says what the NIC's does. By another one, which a
 * hand has told firewalld itself, the bridge would not be in it.
 */
export const zonesGoOver: Look = (facts, { gone, successor }) => {
  const profile = profileOf(facts, gone);
  const now = zoneOf(facts, gone);
  if (profile === undefined || now === undefined) return [];
  const then = profile.zone ?? defaultZone(facts);
  if (now === then) return [];
  return [
    {
      name: `zone:${gone}`,
      says: `firewalld has ${gone} in the zone ${now}, and by ${profile.path} NetworkManager has ${successor} in ${then ?? "the default one"} then`,
      remedy: `Write zone=${now} into [connection] there (nmcli connection modify ID connection.zone ${now})`,
      verdict: "refused",
    } satisfies Impact,
  ];
};

/** Whether a rule is one that firewalld makes of the zones of links, which it is told by NetworkManager. */
export function isOfZones(facts: Facts, link: string): (rule: NamingRule) => boolean {
  const isTold = profileOf(facts, link) !== undefined && zoneOf(facts, link) !== undefined;
  return ({ where }) => isTold && where.startsWith("nft inet/firewalld/");
}

function profileOf(
  facts: Facts,
  link: string,
): { readonly path: string; readonly zone: string | undefined } | undefined {
  const definition = findDefinition(facts.netplan, link);
  if (definition === undefined || backendOf(definition).name !== "NetworkManager") return undefined;
  const [{ path = "" } = {}] = definition.places;
  return { path, zone: valueIn(keyfileSections(facts.keyfiles.get(path) ?? ""), "connection", "zone") || undefined };
}

function zoneOf({ firewall: { naming } }: Facts, link: string): string | undefined {
  for (const { where, text, names } of naming) {
    const [, chain = ""] = /^nft inet\/firewalld\/(.+)$/.exec(where) ?? [];
    const [, , to = ""] = /^iifname \S+ (goto|jump) (\S+)$/.exec(text) ?? [];
    const [, found] = zone.exec(to) ?? [];
    if (chains.test(chain) && found !== undefined && isNamed(names, link)) return found;
  }
  return undefined;
}

/** That of a link which no rule names. */
function defaultZone({ firewall }: Facts): string | undefined {
  const rules = firewall.chains.flatMap(({ table, name, rules }) =>
    table === "firewalld" && chains.test(name) ? rules : [],
  );
  const anyLink = rules.filter((rule) => rule.in === undefined && rule.out === undefined && !rule.conditional);
  return anyLink
    .flatMap(({ verdict }) => (verdict && "chain" in verdict ? (zone.exec(verdict.chain)?.[1] ?? []) : []))
    .at(-1);
}
