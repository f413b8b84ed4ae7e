import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../../..");
const page = readFileSync(join(repository, "docs/safety.md"), "utf8");

/** The rows of the table of what is promised. */
const promises = [...(page.split("## ")[1] ?? "").matchAll(/^\| (?!promise|-)(.*?) \| (.*) \|$/gm)].map(
  ([, promise = "", tests = ""]) => ({
    promise,
    tests: [...tests.matchAll(/"(.*?)" \(`(.*?)`\)/g)],
  }),
);

test.each(promises)("the promise names tests that are there: $promise", ({ tests }) => {
  const absent = tests.filter(([, name = "", path = ""]) => {
    const text = readFileSync(join(repository, "test/acceptance", path), "utf8");
    // A row of the matrix, a test of its own, or one of several.
    const claims = [
      `    name: "${name}",\n`,
      `  test(\n    "${name}",\n`,
      `\ntest(\n  "${name}",\n`,
      `\ntest("${name}", `,
    ];
    const each = [...text.matchAll(/test\.each\(.*\)\(\n\s+"(.*)",\n/g)].map(([, title]) => title);
    return !claims.some((claim) => text.includes(claim)) && !each.includes(name);
  });
  expect(absent).toEqual([]);
  expect(tests.length).toBeGreaterThan(0);
});

test("every row of the matrix is named for a promise", () => {
  const named = promises.flatMap(({ tests }) => tests.map(([, name]) => name));
  const rows = ["engine", "host", "network", "power", "qemu"].flatMap((file) => {
    const text = readFileSync(join(repository, `test/acceptance/faults/rows/${file}.ts`), "utf8");
    return [...text.matchAll(/^ {4}name: "(.*)",$/gm)].map(([, name]) => name);
  });
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => !named.includes(row))).toEqual([]);
});
