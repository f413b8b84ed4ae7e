import { undoneLacks } from "../../backends/lacks";
import { type Facts, linkNamed } from "../../host/facts/facts";
import { cidrOf } from "../../host/transaction/readdressing";
import type { UndoPlan } from "./undo";

/** What of the network of before is not there yet, a sentence each. */
export function findUndoDifferences(
  facts: Facts,
  { links, gone, again, change }: Pick<UndoPlan, "links" | "gone" | "again" | "change">,
): string[] {
  const sentences = links
    .filter(({ name }) => !gone.includes(name))
    .flatMap(({ name, master, addresses, leased, gateways }) => {
      const link = linkNamed(facts, name);
      // Another program's may be gone: a VM's TAP.
      if (link === undefined) return [];
      const held = link.addresses.map(cidrOf);
      const routes = facts.routes.filter(({ destination, device }) => destination === "default" && device === name);
      return [
        master !== undefined && (link.master ?? null) !== master && link.kind !== "tun"
          ? `${name} is ${link.master === undefined ? "no port" : `a port of ${link.master}`}`
          : undefined,
        ...addresses.filter((address) => !held.includes(address)).map((address) => `${address} is not on ${name}`),
        leased.length > 0 && link.lease === undefined ? `${name} has no DHCP lease` : undefined,
        ...gateways
          .filter((gateway) => !routes.some((route) => route.gateway === gateway))
          .map((gateway) => `the default route via ${gateway} does not go over ${name}`),
        [...addresses, ...leased].length > 0 ? undoneLacks(facts, link, change) : undefined,
      ];
    });
  return [
    ...gone.filter((name) => linkNamed(facts, name)).map((name) => `${name} is still there`),
    ...again.filter((name) => !linkNamed(facts, name)).map((name) => `${name} is not there`),
    ...sentences.filter((sentence) => sentence !== undefined),
  ];
}
