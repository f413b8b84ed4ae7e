import fc from "fast-check";
import { lastLine, visible } from "../../../provider/host/exec/visible";

test.each([
  ["colours", "\u001b[31mred\u001b[0m", "red"],
  ["a title that sets the terminal's", "\u001b]0;owned\u0007text", "text"],
  ["a line written over", "50%\r100%", "50%\n100%"],
  ["direction marks that reorder what is read", "user\u202etxt.exe", "usertxt.exe"],
])("%s do not reach the terminal", (_what, said, shown) => {
  expect(visible(said)).toBe(shown);
});

test("nothing but tab and newline is left of the control characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => !/[^\P{C}\n\t]/u.test(visible(text))),
    {
      numRuns: 1000,
    },
  );
});

test("the last line is the last that says something", () => {
  expect(lastLine("first\nerror: no space left\n\n  \n")).toBe("error: no space left");
});
