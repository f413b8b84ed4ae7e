import type * as pulumi from "@pulumi/pulumi";
import type { HomelabConfig } from "./config";

type Rollout = NonNullable<HomelabConfig["rollout"]>;

/** Hosts by the order in which their networks change: the canary alone, then as many at a time as a wave has. Without a rollout, all at once. */
export function wavesOf(hosts: readonly string[], rollout: Rollout | undefined): string[][] {
  if (rollout === undefined) return [[...hosts]];
  const { canary, waves: size } = rollout;
  const first = canary ?? hosts[0];
  const others = hosts.filter((name) => name !== first);
  return [
    ...(first === undefined ? [] : [[first]]),
    ...Array.from({ length: Math.ceil(others.length / size) }, (_, at) => others.slice(at * size, (at + 1) * size)),
  ];
}

export const rolloutWords = (waves: readonly (readonly string[])[]): string =>
  `rollout: ${waves.map((wave) => wave.join(", ")).join("; then ")}. The first host that goes back leaves those of later waves as they are.`;

/** Makes hosts wave by wave: what a wave makes waits for what the one before it has made. */
export function inWaves<T>(
  waves: readonly (readonly string[])[],
  make: (name: string, after: readonly pulumi.Resource[]) => T,
  madeBy: (one: T) => readonly pulumi.Resource[],
): Record<string, T> {
  const made: Record<string, T> = {};
  let after: readonly pulumi.Resource[] = [];
  for (const wave of waves) {
    const ones = wave.map((name) => {
      const one = make(name, after);
      made[name] = one;
      return one;
    });
    const resources = ones.flatMap(madeBy);
    // A wave that makes nothing of which one could wait is no reason not to wait for those before it.
    if (resources.length > 0) after = resources;
  }
  return made;
}
