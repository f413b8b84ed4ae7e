import { killGroup } from "../lab/command";
import type { Pulumi } from "../lab/pulumi";
import { succeeds } from "../lab/succeeds";
import type { YamlProgram, YamlStack } from "../lab/yamlStack";
import { type AnyHost, type Kept, kept } from "./identities";
import { type Properties, types } from "./program";

/** A stack on a host, simulated or real. */
export interface Scene {
  readonly host: AnyHost;
  /** The same host by another name. */
  readonly elsewhere: object;
  readonly running: { readonly stack: Pick<YamlStack, "say" | "import"> };
  /** The stack that has the resources from now on. */
  pulumi: Pulumi;
  program: YamlProgram;
}

export const reference = (to: string) => `\${${to}}`;
export const aliased = (name: string) => ({ aliases: [{ name }] });

export async function say(scene: Scene, program: YamlProgram): Promise<void> {
  scene.program = program;
  await scene.running.stack.say(program);
}

export async function renameStack(scene: Scene): Promise<void> {
  await scene.pulumi.must(["stack", "rename", "renamed", "--stack", scene.pulumi.stack]);
  scene.pulumi = await scene.pulumi.on("renamed", { made: true });
}

export async function moveState(scene: Scene): Promise<void> {
  const other = await scene.pulumi.on("other");
  const to = ["state", "move", "--source", "lab", "--dest", "other", "--yes", "--include-parents"];
  await scene.pulumi.must([...to, ...(await urnsOf(scene.pulumi))]);
  scene.pulumi = other;
}

/** A program whose resources have other names; their options by the old ones. */
export function renamed(program: YamlProgram, options?: (name: string) => object): YamlProgram {
  const text = JSON.stringify(program.resources).replaceAll(/\$\{(\w+)\./g, (_, name) => `\${${name}2.`);
  const resources = Object.entries(JSON.parse(text) as Record<string, object>).map(([name, one]) => [
    `${name}2`,
    { ...one, ...(options && { options: options(name) }) },
  ]);
  return { ...program, resources: Object.fromEntries(resources) };
}

export function altered(program: YamlProgram, alter: (one: Properties, type: string) => Properties): YamlProgram {
  const resources = Object.entries(program.resources ?? {}).map(([name, one]) => [
    name,
    alter(
      one as Properties,
      String((one as Properties).type)
        .split(":")
        .at(-1) ?? "",
    ),
  ]);
  return { ...program, resources: Object.fromEntries(resources) };
}

export function byAnother(program: YamlProgram): YamlProgram {
  const { resources } = altered(program, ({ options = {}, ...one }) => ({
    ...{ ...one, options: { ...(options as object), provider: reference("explicit") } },
  }));
  return { resources: { explicit: { type: "pulumi:providers:kvmnet" }, ...resources } };
}

/** A NIC with its cable pulled. */
export function unplugged(program: YamlProgram, options?: object): YamlProgram {
  return altered(program, (one, type) => {
    if (type !== "Nic") return one;
    return {
      ...one,
      properties: { ...(one.properties as Properties), linkState: "down" },
      ...(options && { options }),
    };
  });
}

export function elsewhere({ program, elsewhere: connection }: Scene): YamlProgram {
  return altered(program, (one) => ({ ...one, properties: { ...(one.properties as Properties), connection } }));
}

export async function urnsOf(pulumi: Pulumi): Promise<string[]> {
  const { deployment } = await pulumi.exportStack();
  return (deployment.resources ?? []).flatMap(({ type, urn }) =>
    String(type).startsWith("kvmnet:") ? [String(urn)] : [],
  );
}

export async function replacing({ pulumi }: Pick<Scene, "pulumi">): Promise<string[]> {
  return (await urnsOf(pulumi)).flatMap((urn) => ["--replace", urn]);
}

/** An `up` of which the engine has written down all when it ends after the last create and before the first delete. */
export async function upWithoutDeletes({ pulumi }: Scene, args: readonly string[], going: object): Promise<void> {
  const before = JSON.parse(await pulumi.exportState());
  await succeeds(pulumi.up({ args }));
  const after = JSON.parse(await pulumi.exportState());
  const all = before.deployment.resources.filter(({ type }: { type: string }) => type.startsWith("kvmnet:"));
  after.deployment.resources.push(...all.map((one: object) => ({ ...one, ...going })));
  await pulumi.importState(JSON.stringify(after));
}

export async function replaceHalfway(scene: Scene): Promise<void> {
  await upWithoutDeletes(scene, await replacing(scene), { delete: true });
}

/** The program of before again, after a rename of which nothing was deleted yet. */
export async function renameAndBack(scene: Scene): Promise<void> {
  const { program } = scene;
  await say(scene, renamed(program));
  await upWithoutDeletes(scene, [], {});
  await say(scene, program);
}

/** What each resource of a program is imported by. */
export const ids = {
  br: "br0",
  filter: "br0",
  lan: "lan",
  nic: "web/52:54:00:00:00:01",
  tap: "tap0",
} as const satisfies Record<Kept, string>;

async function importEach({ running }: Scene, named: (name: Kept) => string): Promise<void> {
  for (const name of kept)
    await succeeds(running.stack.import(`kvmnet:index:${types[name]}`, named(name), `kvm1.example/${ids[name]}`));
}

/** Each resource imported under the name that the program has for it from now on. */
export async function importRenamed(scene: Scene): Promise<void> {
  await importEach(scene, (name) => `${name}2`);
  await say(scene, renamed(scene.program));
}

/** Pulumi is made to forget all of it, and imports it again. */
export async function forgetAndImport(scene: Scene): Promise<void> {
  const { pulumi, program, running } = scene;
  await pulumi.must(["state", "delete", "--all", "--yes", "--stack", pulumi.stack]);
  await running.stack.say({ resources: {} });
  await importEach(scene, (name) => name);
  await say(scene, program);
}

/** An `up` that ends in the wait for the address of the NIC's guest, which has none. */
export async function cutWait(scene: Scene, how: "Ctrl-C" | "customTimeouts"): Promise<void> {
  const { program, pulumi } = scene;
  const options = how === "customTimeouts" ? { customTimeouts: { update: "6s" } } : {};
  const waiting = (waitForAddress: number) =>
    altered(program, ({ properties, ...one }, type) => {
      if (type !== "Nic") return { ...one, properties };
      const nic = { ...(properties as Properties), triggers: { a: "1" }, waitForAddress };
      return { ...one, options, properties: nic };
    });
  await say(scene, waiting(300));
  const { child, ended } = pulumi.startUp();
  child.stdout?.on("data", (text: string) => {
    if (how === "Ctrl-C" && text.includes("waiting for its address")) killGroup(child, "SIGINT");
  });
  const { code, stdout } = await ended;
  expect(code).not.toBe(0);
  expect(stdout.replaceAll(/\n */g, " ")).toMatch(
    how === "Ctrl-C"
      ? /address was cut short: .*cancelled/
      : /address was cut short: it took longer than the 6 s that customTimeouts allows/,
  );
  await say(scene, waiting(0));
}
