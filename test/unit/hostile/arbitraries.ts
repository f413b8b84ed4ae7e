import fc from "fast-check";

/** `make test` and `make test-all` try all of them; a tenth is enough while one works. */
export const many = (all: number) => (process.env.KVMNET_HOSTILE ? all : Math.ceil(all / 10));

/** Of those that take minutes, `make test` tries a tenth too. */
export const manyDear = (all: number) => (process.env.KVMNET_HOSTILE === "all" ? all : Math.ceil(all / 10));

/** How many cases, and always the same ones: KVMNET_SEED=2 for others. */
export const cases = (all: number, share = many) => ({
  numRuns: share(all),
  seed: Number(process.env.KVMNET_SEED ?? 1),
});

/** What means something to a shell, to YAML, to XML, to JSON, to a path or to a terminal. */
const pieces = [
  ...["'", '"', "\\", "$", "`", "$(id)", ";", "&", "|", ">", "<", "*", "?", "~", "!", "#", "%", "{", "}", "[", "]"],
  ...[": ", "- ", "? ", "| ", ">-", "&a", "*a", "<<", "---", "...", "null", "~", "yes", "0x10", "1e3", "@", ","],
  ...["<!--", "-->", "]]>", "<![CDATA[", "&lt;", "&amp;", "&#10;", "&x;", "</name>", "<?xml", "<!DOCTYPE a>"],
  ...["../", "/", ".", "..", "-", "--", "-o", "\u0000", "\n", "\r\n", "\t", "\f", "\u0007", "\u007f", "\u0085"],
  ...["\u001b[31m", "\u001b]0;title\u0007", "\u009b2J", "\u202e", "\u200b", "\ufeff", "\u2028", "\ufffd"],
  // а, е, о of Cyrillic; full-width letters; a letter with its accent apart.
  ...["а", "е", "о", "ｒｏｏｔ", "e\u0301", "ﬁ", "Ⅷ", "١", "𝐚", "\u{1f469}\u200d\u{1f4bb}"],
  ...["__proto__", "constructor", "toString", "undefined", "NaN", "a", "1", " "],
];

/** A text that somebody would like to see end up where it does not belong; now and then 10 kB of it. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join("")) },
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom(...pieces).map((piece) => piece.repeat(Math.ceil(10_240 / piece.length))) },
);

/** Any JSON with such texts in it, as keys too. */
export const hostileJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    hostileText,
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string({ unit: "binary", maxLength: 10 }), tie("value"), { maxKeys: 3 }),
  ),
})).value;

/** A mistake of the program itself, which no input may bring about. */
export function isMistake(error: unknown): boolean {
  return !(error instanceof Error) || [TypeError, ReferenceError, RangeError].some((type) => error instanceof type);
}
