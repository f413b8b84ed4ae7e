import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkNames } from "../../../../provider/plan/diagnose/finding";

it("docs/troubleshooting.md has a heading for each check, in their order, and no other", () => {
  const text = readFileSync(join(__dirname, "../../../../docs/troubleshooting.md"), "utf8");
  expect([...text.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading)).toEqual(checkNames);
});
