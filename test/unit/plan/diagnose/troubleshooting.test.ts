import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pageHere } from "../../../../provider/host/documentation";
import { checkNames, finding, pageOf } from "../../../../provider/plan/diagnose/finding";

it("docs/troubleshooting.md has a heading for each check, in their order, and no other", () => {
  const text = readFileSync(join(__dirname, "../../../../docs/troubleshooting.md"), "utf8");
  expect([...text.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading)).toEqual(checkNames);
});

it("a finding leads to its page: by URL where package.json says the repository's, else on this machine where the package is", () => {
  const page = "docs/troubleshooting.md#mtu";
  expect(pageOf(page, { version: "1.2.3", repository: "https://git.example/kvmnet.git" })).toBe(
    "https://git.example/kvmnet/blob/v1.2.3/docs/troubleshooting.md#mtu",
  );
  const { readOn } = finding("mtu", "warning", { subject: "bridge br0", evidence: "e", cause: "c", fix: "f" });
  expect(readOn).toBe(pageOf(page));
  const root = join(__dirname, "../../../..");
  expect(pageHere(page)).toBe(join(root, page));
  expect(pageHere(page, join(root, "provider/dist"))).toBe(join(root, page));
  expect(pageHere(page, "/nowhere/kvmnet")).toBe(page);
  expect(pageHere("https://git.example/docs/x.md")).toBe("https://git.example/docs/x.md");
});
