import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { quote } from "../../../provider/host/exec/quote";

/** What a real shell makes of the line: each argument, ended by NUL. */
function asShellReads(line: string): string[] {
  return execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}

const hostile = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      "'",
      '"',
      "\\",
      "$",
      "`",
      "(",
      ")",
      ";",
      "&",
      "|",
      "\n",
      " ",
      "*",
      "~",
      "!",
      "-",
      "\u001b",
      "a",
    ),
  }),
);

test("a shell gives back every argument as it was, whatever is in it", () => {
  const argument = hostile.filter((text) => !text.includes("\0"));
  // One shell for many cases: its start is what costs.
  fc.assert(
    fc.property(fc.array(argument, { minLength: 100, maxLength: 300 }), (argv) => {
      expect(asShellReads(quote(argv))).toEqual(argv);
    }),
    { numRuns: 60 },
  );
});

test("a NUL character is an error, not a shorter argument", () => {
  expect(() => quote(["a\0b"])).toThrow(/NUL/);
});
