import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { Change, Probe } from "../../host/transaction/change";
import type { Target } from "../../kernel/target";
import type { FileChange } from "../entry";
import { concerned, type Difference, difference, networkNow, networkThen } from "./difference";
import { fileDiff } from "./fileDiff";

/** A change of a host's network, as it is told. */
export interface DescribedChange
  extends Pick<Change, "files" | "remove" | "timeout" | "proofs" | "required" | "owner"> {
  /** The link that hands over; undefined: nothing is handed over. */
  readonly from: Link | undefined;
  /** Links that the change touches without being about them. */
  readonly besides?: readonly string[];
  readonly to: string;
  readonly target: Target;
  /** Addresses that the host has no more once the change is confirmed. */
  readonly dropped: readonly string[];
  readonly vms: readonly string[];
  /** Why the SSH connection shows nothing of the LAN, if so. */
  readonly inside: string | undefined;
}

/** What a change of a host's network will do, in words and as diffs of its files, to be read before it happens. */
export function describeChange(facts: Facts, change: DescribedChange): { sentences: string[]; files: FileChange[] } {
  const { from, to, target, vms } = change;
  const all = difference(networkNow(facts, concerned(target)), networkThen(facts, target, change));
  const moving = networkWords(all, change.dropped);
  const sentences = [
    ...(moving.length > 0
      ? moving
      : [from ? `No address moves from ${from.name} to ${to}.` : `The host has no address on ${to}.`]),
    ...connectionWords(facts, change, all),
    ...endingWords(facts, change),
    vms.length > 0 ? `Running VMs on it: ${vms.join(", ")}.` : "No running VM hangs on it.",
    `Unless it is confirmed over a new SSH connection within ${change.timeout} s, the host undoes it by itself.`,
  ];
  const { netplan, interfaces, keyfiles, networkUnits, networkd, cloudConfig } = facts;
  const present = new Map([...netplan, ...interfaces, ...keyfiles, ...networkUnits, ...networkd, ...cloudConfig]);
  return { sentences, files: fileDiffs(present, change) };
}

/** What NetworkManager takes with it while it is stopped. */
function endingWords({ ending }: Facts, { owner }: DescribedChange): string[] {
  if (owner !== "NetworkManager" || ending.length === 0) return [];
  return [
    `NetworkManager is stopped for a moment, and with it ${ending.length === 1 ? "ends" : "end"} ${ending.join(", ")}.`,
  ];
}

/** What of the network moves, comes, stays and goes, a sentence each. */
function networkWords(all: Difference, leaving: readonly string[]): string[] {
  const again = all.asks.length > 0 ? ", unless DHCP gives the same again" : "";
  const isLate = ({ key }: { key: string }) => leaving.includes(key);
  const away = (things: Difference["goes"], how: string) =>
    grouped(things, () => "").map(({ what, many }) => `${what} ${many ? "go" : "goes"} away${how}${again}.`);
  return [
    ...grouped(all.moves, ({ from, to }) => `from ${from} to ${to}`).map(
      ({ what, where, many }) => `${what} ${many ? "move" : "moves"} ${where}.`,
    ),
    ...grouped(all.comes, ({ link }) => link).map(({ what, where }) => `${where} gets ${what}.`),
    ...all.asks.map((link) => `${link} asks DHCP: what that gives is known once it answers.`),
    ...all.asksNoMore.map((link) => `${link} asks DHCP no more.`),
    ...grouped(all.stays, ({ link }) => link).map(
      ({ what, where, many }) => `${what} ${many ? "stay" : "stays"} on ${where}.`,
    ),
    ...away(all.goes.filter(isLate), " once the change is confirmed"),
    ...away(
      all.goes.filter((one) => !isLate(one)),
      "",
    ),
  ].map((sentence) => sentence.replace(/^the /, "The "));
}

function grouped<T extends { readonly words: string }>(things: readonly T[], place: (one: T) => string) {
  return [...new Set(things.map(place))].map((where) => {
    const words = things.filter((one) => place(one) === where).map((one) => one.words);
    return { where, what: words.join(", "), many: words.length > 1 };
  });
}

/** By which link the SSH connection comes in now, and what becomes of that. */
function connectionWords(
  facts: Facts,
  { from, to, target, besides = [], dropped, inside, proofs, required }: DescribedChange,
  all: Difference,
): string[] {
  const over = [...concerned(target), ...besides].find((name) =>
    linkNamed(facts, name)?.addresses.some(({ local }) => local === facts.sshAddress),
  );
  const stays = !dropped.some((cidr) => cidr.startsWith(`${facts.sshAddress}/`));
  const write = all.asks.length > 0 ? "if DHCP gives another address, write that" : "write the new address";
  const tried = [...proofs, ...required].map(wordsFor).join(", ") || "nothing that is known";
  return [
    ...(stays ? [] : [`This SSH connection comes in at ${facts.sshAddress}: ${write} into connection.host.`]),
    inside !== undefined
      ? `This SSH connection ${inside}: that it works proves nothing of the LAN behind ${from?.name ?? to}. One of these must answer, before and after: ${tried}.`
      : over !== undefined
        ? `This SSH connection comes in over ${over}: it may stall for a moment.`
        : `This SSH connection does not come in over ${from?.name ?? to}.`,
  ];
}

function wordsFor(probe: Probe): string {
  switch (probe.kind) {
    case "gateway":
      return `the gateway ${probe.address}`;
    case "neighbours":
      return probe.addresses.join(", ");
    case "tcp":
      return `port ${probe.port} of ${probe.host}`;
    case "name":
      return `the name ${probe.name}`;
    case "ping":
      return probe.address;
    default:
      return "DNS";
  }
}

/** Files of kvmnet's own bookkeeping on the host are no configuration. */
function fileDiffs(
  present: ReadonlyMap<string, string>,
  change: { files: ReadonlyMap<string, string>; remove: readonly string[] },
): FileChange[] {
  const all: [string, string | undefined][] = [
    ...change.files,
    ...change.remove.map((path): [string, undefined] => [path, undefined]),
  ];
  return all
    .filter(([path, text]) => !path.startsWith("/var/lib/kvmnet/") && present.get(path) !== text)
    .map(([path, text]) => ({ path, diff: fileDiff(path, present.get(path), text) }));
}
