import { chosen } from "../lab/chosen";
import type { Release } from "../lab/hostImage";
import { Lan } from "../lab/lan";
import { settledPicture } from "../lab/networkPicture";
import { everyRelease } from "../lab/releases";
import { oneOf, random, seed } from "../lab/seed";
import { isUbuntu } from "../lab/ubuntu";
import { type Change, firstUp, laterChanges } from "./faults/changes";
import type { Cell, Fault } from "./faults/fault";
import { Matrix } from "./faults/matrix";
import { rows } from "./faults/rows";
import { describeCell, Scene } from "./faults/scene";

const seconds = 1000;
const releases = everyRelease();
/**
 * All cells on both releases, and those that strike every kind of change at each of the others on one; else a third of the rows
 * once each, all chosen by a seed, the kind of change too, in QEMU on the quicker release.
 */
const all = process.env.KVMNET_FAULTS === "all";

interface Case {
  readonly name: string;
  readonly fault: Fault;
  readonly cell: Cell;
  readonly release: Release;
  readonly change: Change;
}

const cells: Case[] = chosen(rows, 3, "rows").flatMap((fault) => {
  const next = random(seed(), fault.name);
  const struck = all ? fault.cells : [oneOf(fault.cells, next)];
  const changes = fault.everyChange ? [firstUp, ...laterChanges] : [firstUp];
  return struck.flatMap((cell) =>
    (all ? changes : [oneOf(changes, next)]).flatMap((change) => {
      const both = all && change === firstUp;
      const [first = "bookworm"] = releases;
      const on = (both ? releases : [fault.kind === "qemu" ? first : oneOf(releases, next)]).filter(
        // The lab has Ubuntu in containers alone.
        (release) => fault.kind !== "qemu" || !isUbuntu(release),
      );
      return on.map((release) => ({
        ...{ name: describeCell(fault, cell, release, change), fault, cell, release, change },
      }));
    }),
  );
});

/** Whatever strikes while the network changes: the host is at its address afterwards, and the next up needs no help. */
describe("during a change of the network", () => {
  const matrix = new Matrix();
  let lan: Lan;

  beforeAll(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterAll(async () => {
    console.log(`${matrix}\nKVMNET_SEED=${seed()}`);
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  test.each(cells)(
    "$name",
    async ({ fault, cell, release, change }) => {
      matrix.begin(fault.name, cell.at, `${change.name} ${release}`);
      await using scene = await Scene.start(lan, release, fault, cell.ends, change);
      const ended = await scene.strike(fault, cell.at);
      await fault.over?.(scene);
      if (fault.restarts && cell.ends !== "confirmed") await scene.doByHand();
      if (cell.ends === "confirmed") await scene.follow();
      // What a reboot takes is the host's own.
      const answered = await scene.answersSsh((scene.window + 2) * seconds);
      const { code, stdout } = await scene.outcome();
      // One that restarts, or is emulated, may take longer than the engine waits for its report.
      const slow = fault.restarts === true || fault.kind === "qemu";
      const untold = slow && /did not answer since: /.test(stdout);
      if (cell.says && !untold) expect(stdout).toMatch(cell.says);
      const succeeds = cell.ends === "confirmed" && code !== null && !untold;
      if (!fault.rivals)
        expect({ succeeds: code === 0, said: (code === 0) === succeeds ? "" : stdout }).toEqual({ succeeds, said: "" });

      if (fault.endedByNextUp) expect(code).not.toBe(0);
      else if (cell.ends === "confirmed") expect(await scene.unplanned()).toBe("");
      else expect(await settledPicture(scene.host, scene.before, fault.adds)).toBe(scene.before);
      // An emulated machine is some ten times slower; what is refused has no way back; a restart takes its time.
      if (fault.kind !== "qemu" && !fault.restarts && cell.ends !== "refused")
        expect((await scene.wayBack()) ?? 0).toBeLessThanOrEqual(3);
      // Nor is it in a change's hands how long a host takes to boot.
      const leeway = fault.kind === "qemu" || fault.restarts ? 15 : 2;
      expect(ended).toBeLessThan(fault.within ?? (scene.window + leeway) * seconds);

      const next = await scene.nextUp();
      expect({ code: next.code, said: next.code === 0 ? "" : next.stdout }).toEqual({ code: 0, said: "" });
      await scene.follow();
      const nextSays = untold ? cell.says : fault.nextSays;
      if (nextSays) expect(next.stdout).toMatch(nextSays);
      expect(await scene.unplanned()).toBe("");
      await fault.planned?.(scene);
      if (all && !fault.inMemory) {
        await scene.host.reboot();
        expect(await scene.unplanned()).toBe("");
      }
      await fault.after?.(scene);
      const time = `${((ended + answered) / seconds).toFixed(1)} s`;
      matrix.note(fault.name, cell.at, `${change.name} ${release}`, `${cell.ends} ${time}`);
    },
    // The first emulated machine of a release boots as a whole, which takes minutes; the others go on from there.
    900 * seconds,
  );
});
