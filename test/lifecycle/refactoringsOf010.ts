import { succeeds } from "../lab/succeeds";
import { aliased, moveState, renamed, renameStack, replaceHalfway, type Scene, say, unplugged } from "./refactor";
import type { Refactoring } from "./refactorings";
import { each } from "./refactoringTable";

/**
 * The same with what 0.1.0 made. Each Read puts into the state what 0.1.0 did not keep: the host's key, and the URN on
 * record. The engine shows that as a refresh, which is no change; an ID comes with the next change.
 */
export const refactoringsOf010: readonly Refactoring[] = [
  { what: "0.1.0's records", refactor: (scene) => asOf010(scene), says: each("~ refresh"), empty: true },
  {
    what: "0.1.0's records, alias",
    refactor: async (scene) => {
      await asOf010(scene);
      await say(scene, renamed(scene.program, aliased));
    },
    says: each("~ refresh"),
    empty: true,
  },
  {
    what: "0.1.0's records, stack rename",
    refactor: async (scene) => {
      await asOf010(scene);
      await renameStack(scene);
    },
    says: each("~ refresh"),
    empty: true,
  },
  {
    what: "0.1.0's records, state move to another stack",
    refactor: async (scene) => {
      await asOf010(scene);
      await moveState(scene);
    },
    says: each("~ refresh"),
    empty: true,
  },
  {
    what: "0.1.0's records, rename without alias",
    refactor: async (scene) => {
      await asOf010(scene);
      await say(scene, renamed(scene.program));
    },
    says: each("+ create, - delete, ~ refresh"),
  },
  {
    what: "0.1.0's records, replace, cut off before delete",
    refactor: async (scene) => {
      await asOf010(scene);
      await replaceHalfway(scene);
    },
    says: each("-- delete, ~ refresh"),
  },
  { what: "a change by 0.1.0 between two of today's", refactor: after010, says: each("~ refresh"), empty: true },
  {
    what: "0.1.0 and today's in turns, twice",
    refactor: async (scene) => {
      const { program, pulumi } = scene;
      await after010(scene);
      await say(scene, unplugged(program));
      await succeeds(pulumi.up());
      await after010(scene);
      await say(scene, program);
    },
    says: { ...each("~ refresh"), nic: "~ refresh, ~ update" },
  },
  {
    what: "a change by 0.1.0 between two of today's, then an alias",
    refactor: async (scene) => {
      await after010(scene);
      await say(scene, renamed(scene.program, aliased));
    },
    // Its record of the bridge has no ID; those of the others, which it does not touch, are brought up to date.
    says: { ...each("~ refresh, ~ update"), br: "~ refresh" },
  },
  ...[
    { next: "a stack rename", of: renameStack },
    { next: "a state move to another stack", of: moveState },
  ].map(
    ({ next, of }): Refactoring => ({
      what: `a change by 0.1.0 between two of today's, a refresh, then ${next}`,
      refactor: async (scene) => {
        await after010(scene);
        await succeeds(scene.pulumi.refresh());
        await of(scene);
      },
      says: { ...each("~ update"), br: "" },
    }),
  ),
  ...[
    { next: "a stack rename", of: renameStack },
    { next: "a state move to another stack", of: moveState },
  ].map(
    ({ next, of }): Refactoring => ({
      // What the states of a network and a NIC do not say, those of the stack's other resources do.
      what: `a change by 0.1.0 between two of today's, then ${next}`,
      refactor: async (scene) => {
        await after010(scene);
        await of(scene);
      },
      says: { ...each("~ refresh, ~ update"), br: "~ refresh" },
    }),
  ),
  {
    what: "a change by 0.1.0 between two of today's, then a rename without alias",
    refactor: async (scene) => {
      await after010(scene);
      await say(scene, renamed(scene.program));
    },
    says: each("+ create, - delete, ~ refresh"),
  },
];

/** What 0.1.0 does not know, it leaves out of each state that it reads. */
async function withoutIds(pulumi: Scene["pulumi"]): Promise<void> {
  const state = JSON.parse(await pulumi.exportState());
  for (const { outputs = {} } of state.deployment.resources)
    for (const key of ["ownerId", "ownerUrn", "previous", "hostKey"]) delete outputs[key];
  await pulumi.importState(JSON.stringify(state));
}

/** 0.1.0 writes a bridge's record anew, and what was found there again; records of networks and NICs it does not touch. */
async function recordOf010(host: Scene["host"]): Promise<void> {
  const path = "/var/lib/kvmnet/bridges/br0.json";
  const { owner, uplink, previousConfig } = JSON.parse(await host.readFile(path));
  await host.writeFile(path, JSON.stringify({ owner, uplink, previousConfig }));
}

/** As 0.1.0 leaves what today's kvmnet made and it has changed: tried with 0.1.0 itself, whose build takes minutes. */
async function after010({ pulumi, host }: Scene): Promise<void> {
  await withoutIds(pulumi);
  await recordOf010(host);
}

/** As 0.1.0 leaves a host and a state: it knows URNs alone, and keeps nothing of networks and NICs. */
async function asOf010(scene: Scene): Promise<void> {
  await after010(scene);
  await scene.host.must([
    "sh",
    "-c",
    "cd /var/lib/kvmnet; rm -r networks nics taps/*/owner.json netfilter/*/owner.json",
  ]);
}
