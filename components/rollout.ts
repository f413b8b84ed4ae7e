import * as pulumi from "./sdk";

/** In which order hosts follow each other. */
export interface RolloutArgs {
  /** The host that is changed first, and alone. Default: the first one. */
  readonly canary?: string | undefined;
  /** How many of the others are changed at a time. Default: 1. */
  readonly waves?: number | undefined;
}

/**
 * Makes what many hosts have one wave after the other: first the canary, then as many hosts at a time as a wave has. Each
 * wave waits for what the one before it made, bridges that are confirmed; the first one that is rolled back stops the rest.
 *
 * `make` is called for each host with what it has to wait for, its `dependsOn`, and gives what the next wave waits for.
 * What it made is given back by host. The order is said, and of each wave that begins which hosts are not touched yet.
 *
 * @throws pulumi.RunError where `canary` is none of the hosts, `waves` is no number of hosts, or `make` gives no component
 *
 * @example
 * ```ts
 * import { HostBridge, rollout } from "pulumi-kvmnet";
 *
 * const hosts = ["kvm1.example", "kvm2.example", "kvm3.example"];
 * export const bridges = rollout(hosts, { canary: "kvm3.example", waves: 2 }, (host, dependsOn) =>
 *   new HostBridge(host, { connection: { host, user: "root" } }, { dependsOn }));
 * ```
 */
export function rollout<Made extends pulumi.ComponentResource>(
  hosts: readonly string[],
  order: RolloutArgs,
  make: (host: string, dependsOn: pulumi.Resource[]) => Made,
): Record<string, Made> {
  if (!Array.isArray(hosts) || hosts.some((host) => typeof host !== "string"))
    throw new pulumi.RunError("rollout: hosts: must be a list of names");
  if (typeof make !== "function")
    throw new pulumi.RunError("rollout: make: must be a function that makes what a host has, and gives it");
  return inWaves(
    hosts,
    order ?? {},
    (host, dependsOn) => waitable(host, make(host, dependsOn)),
    (made) => [made],
  );
}

/** Of what is not given back nobody could wait: all hosts would be changed at once. */
function waitable<Made>(host: string, made: Made): Made {
  if (pulumi.Resource.isInstance(made)) return made;
  throw new pulumi.RunError(
    `rollout: make: has to give the component that it makes for ${host}, as the next host waits for it; it gives ${kindOf(made)}`,
  );
}

function kindOf(made: unknown): string {
  if (made === undefined || made === null) return "nothing";
  if (pulumi.Output.isInstance(made)) return "an output";
  if (made instanceof Promise) return "a promise";
  return Array.isArray(made) ? "a list" : "something else";
}

interface Wave {
  /** Those of which something is made. */
  readonly hosts: readonly string[];
  readonly components: readonly pulumi.ComponentResource[];
}

/** The same where what is made is no component itself, but has those that are waited for. */
export function inWaves<Made>(
  hosts: readonly string[],
  order: RolloutArgs,
  make: (host: string, dependsOn: pulumi.Resource[]) => Made,
  componentsOf: (made: Made) => readonly pulumi.ComponentResource[],
): Record<string, Made> {
  const waves = wavesOf(hosts, order);
  void pulumi.info(orderOf(waves));
  const made: Record<string, Made> = {};
  const changing: Wave[] = [];
  for (const wave of waves) {
    // A wave that makes nothing of which one could wait is no reason not to wait for those before it.
    const before = changing.at(-1)?.components ?? [];
    const ones = wave.map((host) => {
      const one = make(host, [...before]);
      made[host] = one;
      return { host, components: componentsOf(one) };
    });
    const changed = ones.filter(({ components }) => components.length > 0);
    const components = changed.flatMap((one) => one.components);
    if (components.length > 0) changing.push({ hosts: changed.map(({ host }) => host), components });
  }
  if (!pulumi.isDryRun()) logWaves(changing);
  return made;
}

/** A failure ends the program: which hosts it leaves untouched has to be said before. */
function logWaves(waves: readonly Wave[]): void {
  for (const [at, { hosts, components }] of waves.entries()) {
    const later = waves.slice(at + 1).flatMap((wave) => wave.hosts);
    const rest = later.length === 0 ? "no host comes after" : `not touched yet: ${later.join(", ")}`;
    // A component is registered once what it depends on is there: that is when its host's turn has come.
    components[0]?.urn.apply(() => pulumi.info(`rollout: now ${hosts.join(", ")}; ${rest}`));
  }
}

/** Hosts by the order in which their networks change. */
function wavesOf(hosts: readonly string[], order: RolloutArgs): string[][] {
  const canary = order.canary ?? hosts[0];
  const waves = order.waves ?? 1;
  if (canary !== undefined && !hosts.includes(canary))
    throw new pulumi.RunError(`rollout: canary: "${canary}" is none of the hosts: ${hosts.join(", ")}`);
  if (!Number.isInteger(waves) || waves < 1)
    throw new pulumi.RunError(
      `rollout: waves: must be a whole number from 1 on, how many hosts change at a time; it is ${typeof waves === "number" ? waves : JSON.stringify(waves)}`,
    );
  const others = hosts.filter((host) => host !== canary);
  const count = Math.ceil(others.length / waves);
  return [
    ...(canary === undefined ? [] : [[canary]]),
    ...Array.from({ length: count }, (_, at) => others.slice(at * waves, (at + 1) * waves)),
  ];
}

const orderOf = (waves: readonly (readonly string[])[]): string =>
  `rollout: ${waves.map((wave) => wave.join(", ")).join("; then ")}. The first host that goes back leaves those of later waves as they are.`;
