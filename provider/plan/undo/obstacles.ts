import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LastChange } from "../../host/transaction/lastChange";
import { isLeased } from "../../host/transaction/readdressing";
import { fileDiff } from "../impact/fileDiff";
import type { UndoPlan } from "./undo";

/** How the host is not as the change left it: what takes that back would take this back too, or stand on it. */
export function changedSince(facts: Facts, last: LastChange, { links }: Pick<UndoPlan, "links">): string[] {
  const touched = links.flatMap(({ name }) => linkNamed(facts, name)?.addresses ?? []);
  const leased = links.flatMap((link) => link.leased.map((cidr) => ({ cidr, device: link.name })));
  const held = touched.filter(isLeased).map(({ local, prefix }) => `${local}/${prefix}`);
  return [
    ...[...last.files].flatMap(([path, { after }]) => {
      // Whose a bridge is, kvmnet writes without a change of the network.
      if (path.startsWith("/var/lib/kvmnet/") || last.now.get(path) === after) return [];
      return [fileDiff(path, after, last.now.get(path))];
    }),
    ...last.since.map((line) => `${line[0]} ${inWords(line.slice(2))}`),
    ...leased
      .filter(({ cidr }) => held.length > 0 && !held.includes(cidr))
      .map(({ cidr, device }) => `- ${cidr}, which ${device} had by DHCP: the host has ${held.join(", ")} now`),
    ...last.links.map((path) => `${path} was a link, which does not come again`),
  ];
}

/** "4 route replace unicast 192.0.2.0/24 via …" of kernel.sh. */
const inWords = (line: string) =>
  line
    .replace(/^[46bl] /, "")
    .replace(/^(address|route) (replace|prepend|append) /, "$1 ")
    .replace("link set dev ", "link ");

/** What is defined on a bridge that would go, a name each: it would not start any more. Who runs on it is asked of the kernel. */
export function standingOn(facts: Facts, gone: readonly string[]): string[] {
  const { networks = [], domains = [] } = facts.libvirt ?? {};
  const on = networks.filter(({ bridge, definedBridge }) =>
    [bridge, definedBridge].some((one) => gone.includes(one ?? "")),
  );
  const names = new Set(on.map(({ name }) => name));
  const stands = ({ bridge, network }: { bridge: string | undefined; network: string | undefined }) =>
    network === undefined ? gone.includes(bridge ?? "") : names.has(network);
  return [
    ...on.map(({ name }) => `the network ${name}`),
    ...domains.filter(({ live, inactive }) => [...live, ...inactive].some(stands)).map(({ name }) => `the VM ${name}`),
    ...facts.links
      .filter(({ name, parent }) => parent !== undefined && gone.includes(parent) && !gone.includes(name))
      .map(({ name }) => name),
  ];
}
