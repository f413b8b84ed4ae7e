import { succeeds } from "../lab/succeeds";
import {
  aliased,
  byAnother,
  cutWait,
  elsewhere,
  importRenamed,
  moveState,
  renameAndBack,
  renamed,
  renameStack,
  replaceHalfway,
  replacing,
  type Scene,
  say,
  unplugged,
} from "./refactor";
import { each, type Said } from "./refactoringTable";

export interface Refactoring {
  readonly what: string;
  /** From a stack that is as its program says to what is previewed next. */
  readonly refactor: (scene: Scene) => Promise<void>;
  /** What the engine's lines say of each resource, sign and word. */
  readonly says: Said;
  /** The engine, too, says that there is nothing to do. */
  readonly empty?: true;
  /** What the preview and `up` are called with besides. */
  readonly args?: (scene: Scene) => Promise<string[]>;
}

/** What people do to programs, stacks, states and hosts: nothing on one is to be lost by it. */
export const refactorings: readonly Refactoring[] = [
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
    what: "rename without alias of some, alias of the others",
    refactor: (scene) =>
      say(
        scene,
        renamed(scene.program, (name) => (["br", "nic"].includes(name) ? aliased(name) : {})),
      ),
    says: { ...each("+ create, - delete"), br: "~ update", nic: "~ update" },
  },
  {
    what: "rename without alias, cut off before delete and taken back",
    refactor: (scene) => renameAndBack(scene),
    // Those whose files have the owner in them are not as the state says, either.
    says: {
      ...each("- delete, ~ update"),
      ...{ filter: "- delete, ~ refresh, ~ update", tap: "- delete, ~ refresh, ~ update" },
    },
  },
  {
    what: "import under another name, the one of before left out of the program",
    refactor: (scene) => importRenamed(scene),
    // What is waited for stands nowhere on a host.
    says: { ...each("- delete"), nic: "- delete, ~ update" },
  },
  {
    what: "rename without alias, and another way to reach the host",
    refactor: (scene) => say(scene, renamed(elsewhere(scene))),
    says: each("+ create, - delete"),
  },
  // The process of the new provider is not told what the old one's has read.
  ...[
    { what: "rename, and another provider", of: (scene: Scene) => scene.program },
    { what: "rename, another provider and another way to reach the host", of: elsewhere },
  ].map(
    ({ what, of }): Refactoring => ({
      what: `${what}: refused until there is an alias`,
      refactor: async (scene) => {
        const program = of(scene);
        await say(scene, byAnother(renamed(program)));
        const { code, stdout } = await scene.pulumi.preview();
        expect(stdout).toMatch(/belongs to the Bridge "br" .* give it the alias "br"/);
        expect(code).not.toBe(0);
        await say(scene, byAnother(renamed(program, aliased)));
      },
      says: each("~ update"),
    }),
  ),
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
  ...(["Ctrl-C", "customTimeouts"] as const).map(
    (how): Refactoring => ({
      what: `${how} while the guest's address is waited for`,
      refactor: (scene) => cutWait(scene, how),
      says: { ...each(""), nic: "~ update" },
    }),
  ),
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
