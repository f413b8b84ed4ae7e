import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../../..");
const page = readFileSync(join(repository, "docs/connecting.md"), "utf8");
const host = join(repository, "provider/host");
const code = readdirSync(host, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(join(host, path), "utf8"))
  .join("\n");

/** The table of what an error says; "…" and ", " part what stands apart in it. */
const said = [...(page.split("## What errors mean")[1] ?? "").matchAll(/^\| (?!it says|-)(.*?) \|/gm)].map(
  ([, cell]) => cell ?? "",
);

test.each(said)("an error says, as documented: %s", (cell) => {
  const parts = cell
    .split(/…|, |`/)
    .map((part) => part.trim())
    .filter((part) => part.length > 3);
  expect(parts.filter((part) => !code.includes(part))).toEqual([]);
});

test("and there are some", () => {
  expect(said.length).toBeGreaterThan(12);
});
