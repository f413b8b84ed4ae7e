import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LastChange } from "../../host/transaction/lastChange";
import { cidrOf } from "../../host/transaction/readdressing";
import { fileDiff } from "../impact/fileDiff";
import type { UndoPlan } from "./undo";

/** What taking it back does, a line each, before it happens. */
export function describeUndo(facts: Facts, last: LastChange, { change, links, gone, again }: UndoPlan): string[] {
  const has = (cidr: string) =>
    links.find(({ name }) => linkNamed(facts, name)?.addresses.some((one) => cidrOf(one) === cidr));
  const leaving = links.flatMap(({ name }) =>
    (linkNamed(facts, name)?.addresses ?? [])
      .filter(({ scope, dynamic }) => scope === "global" && !dynamic)
      .map(cidrOf)
      .filter((cidr) => !links.some(({ addresses, leased }) => [...addresses, ...leased].includes(cidr)))
      .map((cidr) => `${cidr} goes away from ${name}`),
  );
  return [
    ...gone.map((name) => `${name} goes away`),
    ...again.map((name) => `${name} comes again`),
    ...links.flatMap(({ name, addresses, leased }) =>
      [...addresses, ...leased].flatMap((cidr) => {
        const from = has(cidr)?.name;
        if (from === name) return [];
        return [from === undefined ? `${name} gets ${cidr}` : `${cidr} moves from ${from} to ${name}`];
      }),
    ),
    ...leaving,
    `the host undoes this by itself unless it is reached again within ${change.timeout} s`,
    ...diffs(last),
  ];
}

function diffs({ before, files, now }: LastChange): string[] {
  const paths = [...new Set([...before.keys(), ...files.keys()])].filter(
    (path) => !path.startsWith("/var/lib/kvmnet/"),
  );
  return paths.flatMap((path) =>
    before.get(path) === now.get(path) ? [] : [fileDiff(path, now.get(path), before.get(path))],
  );
}
