import type { Host } from "./host";
import type { Person, Reached } from "./reaching";

/** One way to reach a host, and what comes of it. */
export interface Way {
  readonly way: string;
  readonly connection: object;
  /** What the error says; without it the host has to be reached. */
  readonly error?: RegExp;
}

/** Dials each way, notes a line of the table for it, and gives those that ended otherwise. */
export async function tryWays(
  { host, person, release, table }: { host: Host; person: Person; release: string; table: string[] },
  ways: readonly Way[],
  env?: Record<string, string>,
): Promise<{ way: string; end: Reached | undefined }[]> {
  const id = (await host.readFile("/etc/machine-id")).trim();
  const ends = await person.reach(
    ways.map(({ connection }) => connection),
    env,
  );
  return ways.flatMap(({ way, error }, index) => {
    const end = ends[index];
    table.push(`${way} | ${release} | ${end?.ok ? "reached" : end?.said.replaceAll("\n", " ")}`);
    const asExpected = error ? end?.ok === false && error.test(end.said) : end?.ok === true && end.said === id;
    return asExpected ? [] : [{ way, end }];
  });
}
