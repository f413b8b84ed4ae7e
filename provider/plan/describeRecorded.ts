import type { Facts } from "../host/facts/facts";

/** What the record at a path is of, as people call it: "network lan", "TAP tap0". Names are libvirt's where it says them. */
export function describeRecorded(path: string, { libvirt }: Pick<Facts, "libvirt">): string {
  const named = (list: readonly { uuid: string; name: string }[] = [], id: string) =>
    list.find(({ uuid }) => uuid === id)?.name ?? id;
  const [, , , , kind, name = ""] = path.split("/");
  const bare = name.replace(/\.json$/, "");
  if (kind === "networks") return `network ${named(libvirt?.networks, bare)}`;
  if (kind === "taps") return `TAP ${bare}`;
  if (kind === "netfilter") return `filter of ${bare}`;
  const [, domain = bare, mac = ""] = /^(.*)-([0-9a-f]{12})$/.exec(bare) ?? [];
  return `NIC ${mac.replace(/(..)(?=.)/g, "$1:")} of ${named(libvirt?.domains, domain)}`;
}
