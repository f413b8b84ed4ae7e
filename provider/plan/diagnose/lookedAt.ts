import type { Facts } from "../../host/facts/facts";

/** What a host was looked at for, in words: "nothing found" means no more than this. */
export function lookedAt(facts: Facts, { listened, tried }: { listened: number; tried: boolean }): string {
  const bridges = facts.links.filter(({ kind }) => kind === "bridge").length;
  const { libvirt } = facts;
  const things = [
    counted(bridges, "bridge"),
    ...(libvirt && !libvirt.silent
      ? [counted(libvirt.networks.length, "libvirt network"), counted(libvirt.domains.length, "VM")]
      : ["no libvirt"]),
    "firewall",
    "next boot",
    ...(listened > 0 ? [`${listened} s of what the links carry`] : []),
    ...(tried ? ["a try of each bridge as a VM"] : []),
  ];
  return things.join(", ");
}

const counted = (count: number, thing: string): string =>
  `${count === 0 ? "no" : count} ${thing}${count === 1 ? "" : "s"}`;
