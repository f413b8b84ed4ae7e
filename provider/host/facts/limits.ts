/**
 * More than any host has that is one: what goes beyond is left out and said. With them, whatever a host answers is read
 * within seconds and some hundred megabytes.
 */
export const limits = {
  /** Of a reply: files, sections and VMs' parts. */
  sections: 50_000,
  /** Of one file, in characters. */
  file: 1024 * 1024,
  /** Of all of netplan's files: a thousand VLANs have 100 KB. The YAML parser takes up to a second for as much. */
  netplan: 128 * 1024,
  /** Of one VM's or network's XML, in characters. */
  xml: 1024 * 1024,
  links: 10_000,
  routes: 100_000,
  neighbours: 100_000,
  /** Chains and rules together. */
  rules: 100_000,
  /** Things that can't be read and are told one by one. */
  unread: 50,
} as const;

/** Codes of timeout(1), and of a shell for a command that a signal ended: no answer. A tool that is not there has nothing to tell. */
export const unanswered: ReadonlyMap<number, string> = new Map([
  [124, "it did not answer in time"],
  [137, "it did not answer in time"],
  [141, "it printed too much"],
]);
