import type { Pulumi } from "../lab/pulumi";
import { succeeds } from "../lab/succeeds";
import type { YamlProgram, YamlStack } from "../lab/yamlStack";
import type { SimulatedHost } from "./host/simulatedHost";
import type { Properties } from "./program";
import { each, type Said } from "./refactoringTable";

/** A stack on a host of any kind. */
export interface AnyScene {
  readonly running: { readonly stack: Pick<YamlStack, "say"> };
  /** The stack that has the resources from now on. */
  pulumi: Pulumi;
  program: YamlProgram;
}

export interface Scene extends AnyScene {
  readonly host: SimulatedHost;
}

export interface Refactoring<S = Scene> {
  readonly what: string;
  /** From a stack that is as its program says to what is previewed next. */
  readonly refactor: (scene: S) => Promise<void>;
  /** What the engine's lines say of each resource, sign and word. */
  readonly says: Said;
  /** The engine, too, says that there is nothing to do. */
  readonly empty?: true;
  /** What the preview and `up` are called with besides. */
  readonly args?: (scene: S) => Promise<string[]>;
}

/** What people do to programs, stacks and states, on hosts of any kind. */
export const everywhere: readonly Refactoring<AnyScene>[] = [
  {
    what: "alias",
    refactor: (scene) => say(scene, renamed(scene.program, aliased)),
    says: each("~ update"),
  },
  {
    what: "rename without alias",
    refactor: (scene) => say(scene, renamed(scene.program)),
    says: each("+ create, - delete"),
  },
  { what: "stack rename", refactor: (scene) => renameStack(scene), says: each("~ update") },
  {
    what: "state move to another stack",
    refactor: (scene) => moveState(scene),
    says: each("~ update"),
  },
  {
    what: "replace, cut off before delete",
    refactor: (scene) => replaceHalfway(scene),
    says: each("-- delete"),
  },
];

/** The same, and what they do to hosts: nothing on one is to be lost by it. */
export const refactorings: readonly Refactoring[] = [
  ...everywhere,
  {
    // The provider itself is new; it asks for nothing to be replaced.
    what: "another provider",
    refactor: (scene) => say(scene, byAnother(scene.program)),
    says: each(""),
  },
  {
    what: "another way to reach the host",
    refactor: (scene) => say(scene, elsewhere(scene)),
    says: each("~ update"),
  },
  {
    what: "rename without alias, and another way to reach the host",
    refactor: (scene) => say(scene, renamed(elsewhere(scene))),
    says: each("+ create, - delete"),
  },
  {
    // The process of the new provider is not told what the old one's has read.
    what: "rename, and another provider: refused until there is an alias",
    refactor: async (scene) => {
      const { program } = scene;
      await say(scene, byAnother(renamed(program)));
      const { code, stdout } = await scene.pulumi.preview();
      expect(stdout).toMatch(/belongs to the Bridge "br" .* give it the alias "br"/);
      expect(code).not.toBe(0);
      await say(scene, byAnother(renamed(program, aliased)));
    },
    says: each("~ update"),
  },
  { what: "replace", refactor: async () => {}, args: replacing, says: each("++ create, +- replace, -- delete") },
  {
    // The host has what was created, the state what was there before: the same again goes on from there.
    what: "replace, cut off after create",
    refactor: async (scene) => {
      const before = await scene.pulumi.exportState();
      await succeeds(scene.pulumi.up({ args: await replacing(scene) }));
      await scene.pulumi.importState(before);
    },
    args: replacing,
    says: each("++ create, +- replace, -- delete"),
  },
  {
    // The backup is of before a change, which the host has.
    what: "state restored from a backup",
    refactor: async (scene) => {
      const { pulumi, program } = scene;
      const backup = await pulumi.exportState();
      await say(scene, unplugged(program));
      await succeeds(pulumi.up());
      await pulumi.importState(backup);
      await say(scene, program);
    },
    says: { ...each(""), nic: "~ refresh, ~ update" },
  },
  {
    what: "another value, by ignoreChanges",
    refactor: (scene) => say(scene, unplugged(scene.program, { ignoreChanges: ["linkState"] })),
    says: each(""),
    empty: true,
  },
  {
    what: "the host's records are gone",
    refactor: async ({ host }) => {
      await host.must([
        "sh",
        "-c",
        "cd /var/lib/kvmnet; rm -r bridges networks nics taps/*/owner.json */br0/owner.json",
      ]);
    },
    // What runs the filter and the TAP says whose they are, too.
    says: { ...each("~ refresh, ~ update"), filter: "", tap: "" },
  },
];

export const reference = (to: string) => `\${${to}}`;
export const aliased = (name: string) => ({ aliases: [{ name }] });

export async function say(scene: AnyScene, program: YamlProgram): Promise<void> {
  scene.program = program;
  await scene.running.stack.say(program);
}

export async function renameStack(scene: AnyScene): Promise<void> {
  await scene.pulumi.must(["stack", "rename", "renamed", "--stack", scene.pulumi.stack]);
  scene.pulumi = await scene.pulumi.on("renamed", { made: true });
}

export async function moveState(scene: AnyScene): Promise<void> {
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
  return { resources: Object.fromEntries(resources) };
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
  return { resources: Object.fromEntries(resources) };
}

function byAnother(program: YamlProgram): YamlProgram {
  const { resources } = altered(program, ({ options = {}, ...one }) => ({
    ...{ ...one, options: { ...(options as object), provider: reference("explicit") } },
  }));
  return { resources: { explicit: { type: "pulumi:providers:kvmnet" }, ...resources } };
}

/** A NIC with its cable pulled. */
function unplugged(program: YamlProgram, options?: object): YamlProgram {
  return altered(program, (one, type) => {
    if (type !== "Nic") return one;
    return {
      ...one,
      properties: { ...(one.properties as Properties), linkState: "down" },
      ...(options && { options }),
    };
  });
}

function elsewhere({ program, host }: Scene): YamlProgram {
  const connection = { ...host.connection, host: "localhost" };
  return altered(program, (one) => ({ ...one, properties: { ...(one.properties as Properties), connection } }));
}

export async function urnsOf(pulumi: Pulumi): Promise<string[]> {
  const { deployment } = await pulumi.exportStack();
  return (deployment.resources ?? []).flatMap(({ type, urn }) =>
    String(type).startsWith("kvmnet:") ? [String(urn)] : [],
  );
}

async function replacing({ pulumi }: AnyScene): Promise<string[]> {
  return (await urnsOf(pulumi)).flatMap((urn) => ["--replace", urn]);
}

/** What the engine has written down when it ends after the last create and before the first delete. */
export async function replaceHalfway(scene: AnyScene): Promise<void> {
  const { pulumi } = scene;
  const before = JSON.parse(await pulumi.exportState());
  await succeeds(pulumi.up({ args: await replacing(scene) }));
  const after = JSON.parse(await pulumi.exportState());
  const going = before.deployment.resources.filter(({ type }: { type: string }) => type.startsWith("kvmnet:"));
  after.deployment.resources.push(...going.map((one: object) => ({ ...one, delete: true })));
  await pulumi.importState(JSON.stringify(after));
}
