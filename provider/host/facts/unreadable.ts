/** The parts that a host's facts have, each of which may be there without the others. */
export type Part =
  | "links"
  | "routes"
  | "neighbours"
  | "netplan"
  | "records"
  | "files"
  | "firewall"
  | "networks"
  | "domains"
  | "system";

/** Something of a host that can't be read, and so is not among its facts. */
export interface Unreadable {
  readonly part: Part;
  /** What it has to do with: an interface, a VM's name and UUID, a bridge. Undefined: nobody knows, so with anything. */
  readonly about: readonly string[] | undefined;
  /** Which one it is, and what is wrong with it, as it goes on after the host's name. */
  readonly what: string;
  /** Only root can read it, and who looked is not. */
  readonly asReader?: true;
  /** Whose it is, as errors name it. */
  readonly host?: string;
}

/** Takes note of one. */
export type Miss = (part: Part, about: Unreadable["about"], what: string) => void;

/** What an operation needs to know is not to be read; nothing was done. */
export class UnreadableFact extends Error {
  override readonly name = "UnreadFact";
  constructor(
    message: string,
    /** Only root can read it, and who looked is not. */
    readonly asReader = false,
  ) {
    super(message);
  }
}

interface WithUnreadable {
  readonly unreadable: readonly Unreadable[];
}

/** What of a part can't be read that has to do with one of these names, or may have; without names, all of it. */
export function findUnreadable(
  { unreadable }: WithUnreadable,
  part: Part,
  names?: readonly (string | undefined)[],
): Unreadable[] {
  return unreadable.filter(
    (one) => one.part === part && (!names || !one.about || one.about.some((name) => names.includes(name))),
  );
}

/** @throws UnreadFact where something can't be read that an operation must know to do the right thing */
export function need(facts: WithUnreadable, part: Part, names?: readonly (string | undefined)[]): void {
  const [first] = findUnreadable(facts, part, names);
  if (!first) return;
  const remedy = first.asReader ? "" : ` ${remedies[part]}`;
  throw new UnreadableFact(`${first.host ? `${first.host}: ` : ""}${first.what}.${remedy}`, first.asReader);
}

/** What helps, and what it keeps from being done. */
export const remedies: Readonly<Record<Part, string>> = {
  links: "What is said and done about this interface waits until `ip -j -d address` can be read again.",
  routes: "A Bridge on this host waits until `ip -j -d route` can be read again.",
  neighbours: "A Bridge on this interface waits until `ip -j neigh` can be read again.",
  netplan: "A Bridge on this host waits until the file is put right: see `netplan get` there.",
  records:
    "Only this one waits. Put the file back from a backup; without one, delete it: what the stack's state has of it is used then.",
  files: "What kvmnet made on this host waits until its files there can be read again.",
  firewall: "What becomes of bridged frames is not known for sure: look at `nft list ruleset` on the host.",
  networks: "Only this network, and its NICs, wait. See `virsh net-dumpxml` on the host.",
  domains: "Only this VM, and what must know whether it runs, wait. See `virsh dumpxml` on the host.",
  system: "A Bridge on this host waits until the host answers it.",
};
