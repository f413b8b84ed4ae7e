import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../../..");
const config = readFileSync(join(repository, "tools/site/.vitepress/config.mts"), "utf8");

test("the site leads to each page of docs/, and to no other", () => {
  const pages = readdirSync(join(repository, "docs")).flatMap((name) => /^([^_].*)\.md$/.exec(name)?.[1] ?? []);
  const groups = [...config.matchAll(/group\(([^)]*)\)/g)].map(([, words = ""]) => words.match(/"[^"]+"/g) ?? []);
  const led = groups.flatMap(([, ...names]) => names.map((name) => name.slice(1, -1)));
  expect(new Set(led)).toEqual(new Set(pages.filter((page) => page !== "index")));
});
