import { HomelabStack } from "../../../lab/homelabStack";
import { type Fault, paused, wall } from "../fault";

export const engineFaults: readonly Fault[] = [
  {
    name: "engine killed with -9",
    strike: wall,
    outside: paused((scene) => scene.killEngine()),
    cells: [
      { at: "applied", ends: "rolled back" },
      { at: "armed", ends: "rolled back" },
      { at: "applying", ends: "rolled back" },
      { at: "confirming", ends: "rolled back" },
      { at: "confirmed", ends: "confirmed" },
    ],
  },
  {
    name: "plugin killed with -9",
    strike: wall,
    outside: paused((scene) => scene.killPlugin()),
    cells: [
      { at: "confirming", ends: "rolled back", says: /error/ },
      { at: "armed", ends: "rolled back", says: /error/ },
      { at: "applying", ends: "rolled back", says: /error/ },
      { at: "applied", ends: "rolled back", says: /error/ },
    ],
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
    ],
  },
  {
    name: "second up in the window",
    window: 60,
    strike: ": >/run/lab-struck; until [ -e /run/lab-go ]; do sleep 0.02; done",
    outside: async ({ lan, host, stack }) => {
      await using second = await HomelabStack.start({ lan, hosts: [host], config: stack.config });
      const { code, stdout } = await second.up();
      await host.must(["touch", "/run/lab-go"]);
      expect(stdout).toMatch(/another change of this host's network is under way/);
      expect(code).not.toBe(0);
    },
    cells: [{ at: "armed", ends: "confirmed" }],
  },
  {
    name: "left behind armed",
    strike: wall,
    outside: paused(async (scene) => {
      scene.killPlugin();
      await scene.killEngine();
      await scene.sh("systemctl stop 'kvmnet-rollback-*.timer'");
    }),
    endedByNextUp: true,
    nextSays: /left behind/,
    cells: [
      { at: "applied", ends: "rolled back" },
      { at: "armed", ends: "rolled back" },
    ],
  },
];
