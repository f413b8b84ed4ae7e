import { type Fault, wall } from "../fault";
import { powerFaults } from "./power";

const jump = (by: string) => `date --set '${by}'`;
/**
 * Seconds: an emulated machine on a busy one takes longer than 45 s now and then, to apply, to be reached anew and to
 * confirm. What waits for the window's end has as much as it takes to apply.
 */
const [ample, waitedFor] = [400, 120];
const late = /not confirmed within \d+ s/;
/** Armed: confirmed in time all the same. Applied, behind a wall: undone at its time all the same. */
const clockJumps = (by: string): Omit<Fault, "name" | "cells"> => ({
  kind: "qemu",
  window: (ends) => (ends === "confirmed" ? ample : waitedFor),
  strike: (step) => (step === "armed" ? jump(by) : `${wall}; ${jump(by)}`),
  over: async (scene) => {
    await scene.sh("nft delete table inet wall 2>/dev/null; true");
  },
  otherwise: "nothing is timed before armed and after confirmed; between them, the window is one",
});

/** What only a machine with a kernel, a clock and a disk of its own can show. */
export const qemuFaults: readonly Fault[] = [
  ...powerFaults.map(
    (fault): Fault => ({
      ...fault,
      name: `${fault.name} of a machine`,
      kind: "qemu",
      window: () => ample,
      within: 300_000, // with its boot
      outside: async (scene) => {
        await fault.outside?.(scene);
        // As a power cut leaves a disk, and as an orderly end does.
        const recovered = /EXT4-fs \(vda\): recovery complete/.test(await scene.host.must(["dmesg"]));
        expect(recovered).toBe(fault.name === "power cut");
      },
    }),
  ),
  {
    name: "wall clock an hour back",
    ...clockJumps("-1 hour"),
    cells: [
      { at: "applied", ends: "rolled back", says: late },
      { at: "armed", ends: "confirmed" },
    ],
  },
  {
    name: "wall clock an hour forward",
    ...clockJumps("+1 hour"),
    cells: [
      { at: "armed", ends: "confirmed" },
      { at: "applied", ends: "rolled back", says: late },
    ],
  },
];
