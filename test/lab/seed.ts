import { execFileSync } from "node:child_process";

/** KVMNET_SEED, or one that the commit makes: what a run chooses by it, another run of the same commit chooses too. */
export function seed(): string {
  const { KVMNET_SEED } = process.env;
  if (KVMNET_SEED) return KVMNET_SEED;
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: __dirname, encoding: "utf8" }).trim();
  } catch {
    return "1"; // no repository: an unpacked archive
  }
}

/** Numbers from 0 to below 1, the same for the same words (mulberry32, seeded by FNV-1a). */
export function random(...words: readonly string[]): () => number {
  let state = 2166136261;
  for (const byte of Buffer.from(words.join("\n"))) state = Math.imul(state ^ byte, 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

export function oneOf<T>(all: readonly T[], next: () => number): T {
  const one = all[Math.floor(next() * all.length)];
  if (one === undefined) throw new Error("there is nothing to choose from");
  return one;
}

/** So many of them, in their order. */
export function draw<T>(all: readonly T[], count: number, next: () => number): T[] {
  const drawn = all.map((one, index) => ({ one, index, by: next() })).sort((a, b) => a.by - b.by);
  const some = drawn.slice(0, count).sort((a, b) => a.index - b.index);
  return some.map(({ one }) => one);
}

/** All of them, in another order. */
export function shuffled<T>(all: readonly T[], next: () => number): T[] {
  return all
    .map((one) => ({ one, by: next() }))
    .sort((a, b) => a.by - b.by)
    .map(({ one }) => one);
}
