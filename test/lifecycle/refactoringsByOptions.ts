import { succeeds } from "../lab/succeeds";
import type { YamlProgram } from "../lab/yamlStack";
import type { Properties } from "./program";
import {
  aliased,
  altered,
  byAnother,
  elsewhere,
  forgetAndImport,
  ids,
  reference,
  renamed,
  renameStack,
  say,
  upWithoutDeletes,
  urnsOf,
} from "./refactor";
import type { Refactoring } from "./refactorings";
import { each } from "./refactoringTable";

const created = each("+ create, - delete");
const replaced = each("++ create, +- replace, -- delete");

/** The same with options for each. */
function withOptions(program: YamlProgram, options: (name: string) => object): YamlProgram {
  const resources = Object.entries(program.resources ?? {}).map(([name, one]) => {
    const { options: had = {}, ...rest } = one as Properties;
    return [name, { ...rest, options: { ...(had as object), ...options(name) } }];
  });
  return { ...program, resources: Object.fromEntries(resources) };
}

/** All of them in something else, as a component of the program's would have them. */
function around(program: YamlProgram, options: object = {}): YamlProgram {
  const { resources, ...rest } = withOptions(program, () => ({ parent: reference("around"), ...options }));
  return { ...rest, resources: { around: { type: "pulumi:providers:kvmnet" }, ...resources } };
}

/** Another value of each that has one without being made anew. */
const values: Record<string, Properties> = {
  Bridge: { mtu: 1400 },
  BridgeNetfilter: { mode: "bypass" },
  Network: { autostart: false },
  Nic: { linkState: "down" },
};
const changed = (program: YamlProgram, options: object) =>
  altered(program, (one, type) => ({
    ...{ ...one, options, properties: { ...(one.properties as Properties), ...values[type] } },
  }));

/** What Pulumi's other options and commands make of a stack, and several refactorings at once. */
export const refactoringsByOptions: readonly Refactoring[] = [
  {
    what: "alias, another provider and another way to reach the host at once",
    refactor: (scene) => say(scene, byAnother(renamed(elsewhere(scene), aliased))),
    says: each("~ update"),
  },
  {
    what: "two renames without alias, the first one cut off before delete",
    refactor: async (scene) => {
      await say(scene, renamed(scene.program));
      await upWithoutDeletes(scene, [], {});
      await say(scene, renamed(scene.program));
    },
    // Those whose files have the owner in them are not as the first state says, either.
    says: {
      ...each("+ create, - delete, - delete"),
      filter: "+ create, - delete, - delete, ~ refresh",
      tap: "+ create, - delete, - delete, ~ refresh",
    },
  },
  {
    what: "stack rename, and a rename without alias",
    refactor: async (scene) => {
      await renameStack(scene);
      await say(scene, renamed(scene.program));
    },
    says: created,
  },
  { what: "a parent, without alias", refactor: (scene) => say(scene, around(scene.program)), says: created },
  {
    what: "a parent, and an alias",
    refactor: (scene) => say(scene, around(scene.program, { aliases: [{ noParent: true }] })),
    says: each("~ update"),
  },
  {
    what: "another project",
    refactor: async (scene) => {
      await scene.pulumi.must([
        "stack",
        "rename",
        `organization/other/${scene.pulumi.stack}`,
        "--stack",
        scene.pulumi.stack,
      ]);
      await say(scene, { ...scene.program, name: "other" });
    },
    says: each("~ update"),
  },
  {
    what: "a state that is exported and imported",
    refactor: async ({ pulumi }) => pulumi.importState(await pulumi.exportState()),
    says: each(""),
    empty: true,
  },
  {
    what: "a state that is deleted, and each thing imported",
    refactor: (scene) => forgetAndImport(scene),
    // What is waited for stands nowhere on a host.
    says: { ...each(""), nic: "~ update" },
  },
  {
    what: "import as an option, under another name",
    refactor: (scene) =>
      say(
        scene,
        withOptions(renamed(scene.program), (name) => ({
          import: `kvm1.example/${ids[name.slice(0, -1) as keyof typeof ids]}`,
          ignoreChanges: ["waitForAddress"],
        })),
      ),
    says: each("- delete"),
  },
  {
    what: "a refresh that runs the program, after a rename without alias",
    refactor: async (scene) => {
      await say(scene, renamed(scene.program));
      await succeeds(scene.pulumi.refresh({ args: ["--run-program"] }));
    },
    says: created,
  },
  {
    what: "another value, by replaceOnChanges",
    refactor: (scene) => say(scene, changed(scene.program, { replaceOnChanges: ["*"] })),
    says: { ...replaced, tap: "" },
  },
  {
    what: "another value, and another name without alias",
    refactor: (scene) => say(scene, renamed(changed(scene.program, {}))),
    says: created,
  },
  {
    what: "replace of one, and of the others by replaceWith",
    refactor: async (scene) => {
      await say(
        scene,
        withOptions(scene.program, (name) => (name === "br" ? {} : { replaceWith: [reference("br")] })),
      );
      await succeeds(scene.pulumi.up());
    },
    args: async ({ pulumi }) =>
      (await urnsOf(pulumi)).filter((urn) => urn.endsWith("::br")).flatMap((urn) => ["--replace", urn]),
    says: replaced,
  },
  {
    what: "retainOnDelete, then a rename without alias",
    refactor: async (scene) => {
      const { program } = scene;
      await say(
        scene,
        withOptions(program, () => ({ retainOnDelete: true })),
      );
      await succeeds(scene.pulumi.up());
      await say(scene, renamed(program));
    },
    says: created,
  },
];
