import { type Fault, wall } from "../fault";
import { powerFaults } from "./power";

const jump = (by: string) => `date --set '${by}'`;
/** An emulated machine on a busy one: what is to be confirmed gets the default window. */
const ample = 60;
const late = /not confirmed within \d+ s/;
/** Armed: confirmed in time all the same. Applied, behind a wall: undone at its time all the same. */
const clockJumps = (by: string): Pick<Fault, "kind" | "strike" | "over" | "otherwise"> => ({
  kind: "qemu",
  strike: (step) => (step === "armed" ? jump(by) : `${wall}; ${jump(by)}`),
  over: async (scene) => {
    await scene.sh("nft delete table inet wall 2>/dev/null; true");
    await scene.configure({ confirm: { timeout: ample } });
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
      window: ample,
      within: 120_000, // with its boot
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
    window: 30,
    within: 45_000, // the way back of an emulated machine takes longer than 2 s
    cells: [
      { at: "applied", ends: "rolled back", says: late },
      { at: "armed", ends: "confirmed" },
    ],
  },
  {
    name: "wall clock an hour forward",
    ...clockJumps("+1 hour"),
    window: ample,
    within: (ample + 15) * 1000,
    cells: [
      { at: "armed", ends: "confirmed" },
      { at: "applied", ends: "rolled back", says: late },
    ],
  },
];
