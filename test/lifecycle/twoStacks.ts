import { succeeds } from "../lab/succeeds";
import { type Kept, kept, owners } from "./identities";
import { type Name, type Properties, programOf } from "./program";
import { moveState, type Scene, say, urnsOf } from "./refactor";
import { each, type Said, type Seen, saidOf } from "./refactoringTable";

const mac = { macAddress: "52:54:00:00:00:01" };

/** The same things on a host, none of which waits for another resource of the program. */
const byName: Partial<Record<Name, Properties>> = {
  filter: { bridge: "br0" },
  lan: { bridge: "br0" },
  nic: { network: "lan", ...mac },
  tap: { bridge: "br0" },
};

/** A second stack that wants what the first one of a scene has: neither its `up` nor its destroy changes anything. */
export async function wantTheSame(scene: Scene, connection: object, identities: () => Promise<Said>): Promise<Seen> {
  const { host, pulumi, program } = scene;
  await say(scene, program);
  await succeeds(pulumi.up());
  const [before, whose] = [await identities(), await owners(host)];

  const other = await pulumi.on("other");
  await say(scene, programOf({ connection }, kept, byName));
  const preview = await other.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.stdout).toMatch(/belongs to .*"\w+" of the stack .*?lab/);
  const { code, stdout } = await other.up({ args: ["--continue-on-error"] });
  expect(code).not.toBe(0);
  const told = /belongs to .*"(\w+)" of the stack .*?lab/g;
  expect([...new Set([...stdout.matchAll(told)].map(([, name]) => name))].sort()).toEqual([...kept].sort());
  expect(await urnsOf(other)).toEqual([]);
  const after = await identities();
  await succeeds(other.destroy());
  const left = await identities();
  expect([after, left]).toEqual([before, before]);
  expect(await owners(host)).toEqual(whose);
  return { says: each("refused: another stack's"), before, after, left, whose };
}

/** A stack of which the network and the NIC become another one's: all stays, and the half that the other one needs goes last. */
export async function split(scene: Scene, connection: object, identities: () => Promise<Said>): Promise<Seen> {
  const { host, pulumi, program } = scene;
  await say(scene, program);
  await succeeds(pulumi.up());
  const before = await identities();

  const other = await pulumi.on("other");
  const moving = (await urnsOf(pulumi)).filter((urn) => /::(lan|nic)$/.test(urn));
  const move = ["state", "move", "--source", "lab", "--dest", "other", "--yes", "--include-parents"];
  await pulumi.must([...move, ...moving]);
  const lanAndNic = programOf({ connection }, ["lan", "nic"], { lan: { bridge: "br0" }, nic: mac });
  const halves = [
    { half: other, names: ["lan", "nic"], program: lanAndNic },
    { half: pulumi, names: ["br", "filter", "tap"], program: programOf({ connection }, ["br", "filter", "tap"]) },
  ] as const;
  const says = each("");
  for (const { half, names, program } of halves) {
    await say(scene, program);
    const said = saidOf(await succeeds(half.preview({ args: ["--diff"] })));
    for (const name of names satisfies readonly Kept[]) says[name] = said[name];
    await succeeds(half.up());
    await succeeds(half.preview({ args: ["--expect-no-changes"] }));
    expect(await identities()).toEqual(before);
  }
  expect(says).toEqual({ ...each(""), lan: "~ update", nic: "~ update" });
  const [after, whose] = [await identities(), await owners(host)];
  expect(whose).toEqual({
    ...{ Bridge: "lab/br", BridgeNetfilter: "lab/filter", Tap: "lab/tap" },
    ...{ Network: "other/lan", Nic: "other/nic" },
  });

  const early = await pulumi.destroy();
  expect(early.code).not.toBe(0);
  expect(early.stdout).toMatch(/nothing was deleted: the bridge br0 can't be deleted: web runs on it/);
  expect(await identities()).toEqual(before);
  await succeeds(other.destroy());
  await succeeds(pulumi.destroy());
  const left = await identities();
  expect(left).toEqual(each(""));
  return { says, before, after, left, whose };
}

/** A stack whose resources were moved to another one, and that is restored from a backup: they are the other one's. */
export async function restoreMoved(scene: Scene, _connection: object, identities: () => Promise<Said>): Promise<Seen> {
  const { host, pulumi, program } = scene;
  await say(scene, program);
  await succeeds(pulumi.up());
  const before = await identities();
  const backup = await pulumi.exportState();
  await moveState(scene);
  const other = scene.pulumi;
  await succeeds(other.up());
  const whose = await owners(host);
  await pulumi.importState(backup);

  const { code, stdout } = await pulumi.preview();
  const told = /belongs to .*?"(\w+)" of the stack other .* it is left as it is/g;
  expect(new Set([...stdout.matchAll(told)].map(([, name]) => name))).toEqual(new Set(kept));
  expect(code).toBe(0);
  await succeeds(pulumi.destroy());
  const after = await identities();
  expect(after).toEqual(before);
  expect(await owners(host)).toEqual(whose);
  await succeeds(other.preview({ args: ["--expect-no-changes"] }));
  await succeeds(other.destroy());
  const left = await identities();
  expect(left).toEqual(each(""));
  return { says: each(""), before, after, left, whose };
}
