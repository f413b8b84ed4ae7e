import { leftOut } from "../../../tools/test/drawn";
import { filesOf } from "../../../tools/test/slices";

describe("which of the files that take long are left to make test-all", () => {
  const durations: Record<string, number> = { a: 61, b: 300, c: 120, d: 500, e: 90, short: 60, never: 1800 };
  const files = Object.keys(durations);
  const duration = (file: string) => durations[file] ?? 0;
  const left = (seed: string, budget = 600) => leftOut(files, { seed, budget, duration });
  const seeds = Array.from({ length: 50 }, (_, index) => `seed ${index}`);

  it("none that is short", () => {
    for (const seed of seeds) expect(left(seed)).not.toContain("short");
    expect(left("1", 0)).toEqual(expect.not.arrayContaining(["short"]));
  });

  it("each time, what needs the repository's history, and what runs on a release that moves", () => {
    const never = ["test/lifecycle/turnsWith010.test.ts", "test/acceptance/forkyHost.test.ts"];
    const all = [...filesOf("lifecycle"), ...filesOf("acceptance")];
    expect(all).toEqual(expect.arrayContaining(never));
    for (const seed of seeds) expect(leftOut(all, { seed, budget: 1e6, duration: () => 61 })).toEqual(never);
  });

  it("those that stay fit into the time, and no other one would", () => {
    for (const seed of seeds) {
      const out = left(seed);
      const taken = files
        .filter((file) => duration(file) > 60 && !out.includes(file))
        .reduce((sum, file) => sum + duration(file), 0);
      expect(taken).toBeLessThanOrEqual(600);
      for (const file of out) expect(taken + duration(file)).toBeGreaterThan(600);
    }
  });

  it("other ones for another seed, the same for the same, and each is drawn by some seed that it fits", () => {
    expect(left("1")).toEqual(left("1"));
    const drawn = new Set(seeds.flatMap((seed) => files.filter((file) => !left(seed).includes(file))));
    expect([...drawn].sort()).toEqual(["a", "b", "c", "d", "e", "short"]);
  });
});
