import { HomelabStack } from "../../../lab/homelabStack";
import { type Fault, held, paused, wall, whileHeld } from "../fault";

/** Armed, and nothing there that would end it but the next change, a boot, and whoever mends the host. */
const leaveBehind = paused(async (scene) => {
  scene.killPlugin();
  await scene.killEngine();
  await scene.sh("systemctl stop 'kvmnet-rollback-*.timer'");
});
export const engineFaults: readonly Fault[] = [
  {
    name: "engine killed with -9",
    everyChange: true,
    strike: wall,
    outside: paused((scene) => scene.killEngine()),
    cells: [
      { at: "applied", ends: "rolled back" },
      { at: "armed", ends: "rolled back" },
      { at: "applying", ends: "rolled back" },
      { at: "verified", ends: "rolled back" },
      { at: "confirming", ends: "confirmed" },
      { at: "confirmed", ends: "confirmed" },
    ],
    otherwise: "before, the host knows of nothing",
  },
  {
    name: "plugin killed with -9",
    strike: wall,
    outside: paused((scene) => scene.killPlugin()),
    cells: [
      { at: "verified", ends: "rolled back", says: /error/ },
      { at: "armed", ends: "rolled back", says: /error/ },
      { at: "applying", ends: "rolled back", says: /error/ },
      { at: "applied", ends: "rolled back", says: /error/ },
    ],
    otherwise: "before, the host knows of nothing; from the confirmation on it is as with the engine",
  },
  {
    name: "Ctrl-C",
    strike: wall,
    outside: paused((scene) => scene.ctrlC()),
    within: 3000,
    cells: [
      { at: "applying", ends: "rolled back", says: /rolled back.*cancelled/s },
      { at: "armed", ends: "rolled back", says: /rolled back.*cancelled/s },
      { at: "applied", ends: "rolled back", says: /rolled back.*cancelled/s },
      { at: "verified", ends: "rolled back", says: /rolled back.*cancelled/s },
    ],
    otherwise: "before, nothing is begun; a confirmation that is under way is not taken back",
  },
  {
    name: "second up in the window",
    window: () => 60,
    strike: held,
    outside: whileHeld(async ({ lan, host, stack }) => {
      await using second = await HomelabStack.start({ lan, hosts: [host], config: stack.config });
      const { code, stdout } = await second.up();
      expect(stdout).toMatch(/another change of this host's network is under way/);
      expect(code).not.toBe(0);
    }),
    cells: [{ at: "armed", ends: "confirmed" }],
    otherwise: "held at one step, as a whole up does not fit into another",
  },
  {
    name: "two engines at once",
    window: () => 30,
    outside: async ({ lan, host, stack }) => {
      // Of another backend, so that Pulumi's own lock does not help.
      await using second = await HomelabStack.start({ lan, hosts: [host], config: stack.config });
      const { code, stdout } = await second.up();
      // It waits for the first one's change, and finds its bridge then.
      if (code !== 0)
        expect(stdout).toMatch(/another change of this host's network is under way|belongs to the Bridge/);
    },
    rivals: true,
    cells: [{ at: "before", ends: "confirmed" }],
    after: async ({ host }) => {
      const states = await host.must(["sh", "-c", "cat /var/lib/kvmnet/transactions/*/state"]);
      expect(states).toBe("confirmed\n");
    },
    otherwise: "both begin at once; the row before has the one that comes later",
  },
  {
    name: "left behind armed",
    strike: wall,
    outside: leaveBehind,
    endedByNextUp: true,
    nextSays: /left behind/,
    cells: [
      { at: "applied", ends: "rolled back" },
      { at: "armed", ends: "rolled back" },
      { at: "verified", ends: "rolled back" },
    ],
    otherwise: "before, nothing is armed; from the confirmation on nothing is left behind",
  },
];
