import type { Facts } from "./facts";
import type { Part } from "./unreadable";

/** What root alone can read of a host, as a person calls it. */
const rootsAlone: Readonly<Partial<Record<Part, string>>> = {
  records: "kvmnet's records of whose a thing is",
  files: "kvmnet's files there",
  netplan: "netplan's files",
  firewall: "the packet filter's rules",
};

/**
 * What a user who is not root has of a host: what its tools hide from that one looks like nothing, and nothing must not be
 * concluded from it.
 */
export function asReader(facts: Facts): Facts {
  const hidden = (part: Part, what: string) => ({
    part,
    about: undefined,
    what: `${what} can't be read: that is root's alone`,
    asReader: true as const,
  });
  const parts = Object.entries(rootsAlone).map(([part, what]) => hidden(part as Part, what));
  const { libvirt } = facts;
  // One by one, these are among them.
  const seen = facts.unreadable.filter(({ part }) => !(part in rootsAlone));
  if (!libvirt?.silent) return { ...facts, unreadable: [...parts, ...seen] };
  const ofLibvirt = (["networks", "domains"] as const).map((part) => hidden(part, `libvirt's ${part}`));
  return {
    ...facts,
    libvirt: { networks: [], domains: [], silent: false },
    unreadable: [...parts, ...ofLibvirt, ...seen],
  };
}

/** The same for who has a state that says whose a thing is, and what there was before. */
export function withState(facts: Facts): Facts {
  if (facts.uid === 0) return facts;
  return { ...facts, unreadable: facts.unreadable.filter(({ part }) => part !== "records") };
}
