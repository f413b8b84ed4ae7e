import { goal, line, measured, median, ratio } from "../../../bench/figures";

test.each([
  [[3], 3],
  [[9, 1, 5], 5],
  [[4, 1, 2, 10], 3],
])("the median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test("a line has the least, the median, the most and the number of runs", () => {
  expect(line(measured("the job", "s", [3, 1.234, 2])).replaceAll(/ +/g, " ")).toBe(
    " the job 1.23 s 2.00 s 3.00 s (3)",
  );
});

test("a ratio is of medians, of the one to the others together", () => {
  const [one, two] = [measured("the job", "s", [2, 4, 9]), measured("nothing", "s", [1])];
  expect(ratio(one, [two, two], "both")).toBe("  ratio: the job is 2.00 × both");
});

test.each([
  [0.2, "  goal: ready: 0.20 s, at most 0.20 s: met"],
  [0.35, "  goal: ready: 0.35 s, at most 0.20 s: missed by 0.15 s"],
])("a goal that is at %d s says whether it is met", (got, expected) => {
  expect(goal("ready", got, 0.2, "s")).toBe(expected);
});
