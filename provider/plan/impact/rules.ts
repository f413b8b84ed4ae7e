import type { NamingRule } from "../../host/netfilter/firewall";
import { isNamed } from "../../host/netfilter/naming";
import { markOf } from "../netfilter/fate";
import type { Impact, Look } from "./impact";
import { isOfZones } from "./zones";

/** Rules of the packet filter that name a link, and none beside them that says the same of the one that comes in its place. */
export const namedInRules: Look = (facts, { gone, successor }) => {
  const { naming } = facts.firewall;
  const isZones = isOfZones(facts, gone);
  // kvmnet's own for the bridge go with its BridgeNetfilter, and are made for the new name.
  const others = naming.filter((rule) => !rule.text.includes(`comment "${markOf(gone)}"`) && !isZones(rule));
  const lost = others.filter((rule) => isNamed(rule.names, gone) && !isSaidOf(successor, rule, gone, naming));
  const names = [...new Set(lost.map((rule) => nameOf(rule, gone)))];
  return names.map((name): Impact => {
    const rules = lost.filter((rule) => nameOf(rule, gone) === name);
    const places = [...new Set(rules.map(({ where }) => where))].join(", ");
    const what = rules.some(({ masquerades }) => masquerades)
      ? `what goes out over ${successor} keeps its sender, and whom it translates is cut off`
      : "it does not see that traffic any more";
    return {
      name,
      says: `${places}: ${rules.map(({ text }) => text).join("; ")}: the host's traffic goes over ${successor} instead of ${gone}, and ${what}`,
      remedy: `Write the same for ${successor} beside it, where your rules are loaded from too`,
      verdict: "refused",
    };
  });
};

function nameOf({ where, masquerades }: NamingRule, link: string): string {
  return masquerades ? `masquerade:${link}` : `firewall:${where.replace(/^nft /, "").replace(" ", "/")}:${link}`;
}

/** By the rule itself, which names both, or by one in the same place. */
function isSaidOf(heir: string, rule: NamingRule, gone: string, all: readonly NamingRule[]): boolean {
  if (isNamed(rule.names, heir)) return true;
  const printed = rule.names
    .filter((name) => isNamed([name], gone))
    .flatMap((name) => [name, name.replace(/\*$/, "+")]);
  return all.some(
    (other) =>
      other.where === rule.where &&
      isNamed(other.names, heir) &&
      printed.some((name) => inPlace(rule.text, name, heir) === other.text),
  );
}

function inPlace(text: string, name: string, other: string): string {
  return text
    .split(/(\s+|")/)
    .map((word) => (word === name ? other : word))
    .join("");
}
