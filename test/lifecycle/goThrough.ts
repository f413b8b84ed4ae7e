import { succeeds } from "../lab/succeeds";
import type { YamlProgram } from "../lab/yamlStack";
import { owners } from "./identities";
import type { Properties } from "./program";
import { altered, type Scene, say } from "./refactor";
import type { Refactoring } from "./refactorings";
import { each, type Said, type Seen, saidOf } from "./refactoringTable";

/** Another value of each. */
const others: Record<string, Properties> = {
  Bridge: { mtu: 1400 },
  BridgeNetfilter: { mode: "bypass" },
  Network: { autostart: false },
  Nic: { linkState: "down" },
  Tap: { owner: "alice" },
};

const changed = (program: YamlProgram) =>
  altered(program, (one, type) => ({ ...one, properties: { ...(one.properties as Properties), ...others[type] } }));

/** Whose each is in a program, as the host is to have it on record. */
function ownersIn({ pulumi, program }: Scene): Record<string, string> {
  const all = Object.entries(program.resources ?? {}) as [string, { readonly type: string }][];
  const own = all.filter(([, { type }]) => type.startsWith("kvmnet:"));
  return Object.fromEntries(own.map(([name, { type }]) => [type.split(":").at(-1), `${pulumi.stack}/${name}`]));
}

/**
 * A stack that is made, refactored and destroyed: what is on its host stays the same, by `identities`, is changed by the
 * next program, and goes with its stack.
 */
export async function goThrough(
  { refactor, says, empty, args: more }: Refactoring,
  scene: Scene,
  identities: () => Promise<Said>,
): Promise<Seen> {
  await say(scene, scene.program);
  await succeeds(scene.pulumi.up());
  const before = await identities();
  expect(Object.values(before)).not.toContain("");
  await refactor(scene);

  // Unless it is asked, the engine leaves out what a replacement that was cut off has still to delete.
  const args = ["--diff", "--show-replacement-steps", ...(empty ? ["--expect-no-changes"] : [])];
  const besides = (await more?.(scene)) ?? [];
  const preview = await succeeds(scene.pulumi.preview({ args: [...args, ...besides] }));
  expect(saidOf(preview)).toEqual(says);
  await succeeds(scene.pulumi.up({ args: besides }));
  const after = await identities();
  expect(after).toEqual(before);
  await succeeds(scene.pulumi.preview({ args: ["--expect-no-changes"] }));

  await say(scene, changed(scene.program));
  await succeeds(scene.pulumi.up());
  // A TAP of another owner's is another TAP.
  expect({ ...(await identities()), tap: before.tap }).toEqual(before);
  const whose = await owners(scene.host);
  expect(whose).toEqual(ownersIn(scene));

  await succeeds(scene.pulumi.destroy());
  const left = await identities();
  expect(left).toEqual(each(""));
  expect(await owners(scene.host)).toEqual({});
  return { says, before, after, left, whose };
}
