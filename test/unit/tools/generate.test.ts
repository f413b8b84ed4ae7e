import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "../../../tools/generate/generate";

const root = join(__dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const files = generate(JSON.parse(read("package.json")));

describe("The generated files", () => {
  it.each([...files])("%s is what the definitions give (else: make generate)", (path, text) => {
    expect(read(path)).toBe(text);
  });

  it("are all that their folders have, beside the helpers that they use", () => {
    const there = ["components/resources", "components/functions"].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
    );
    const expected = [...files.keys()].filter((path) => path.startsWith("components/"));
    const helpers = ["secretParts", "stackTraces"].map((name) => `components/resources/${name}.ts`);
    expect(there.sort()).toEqual([...expected, ...helpers].sort());
  });
});

it("the schema leads to the logo of its version where package.json says the repository's address, and else to none", () => {
  const facts = JSON.parse(read("package.json"));
  const schemaOf = (more: object) => JSON.parse(generate({ ...facts, ...more }).get("provider/schema.json") ?? "");
  expect(schemaOf({ repository: undefined })).not.toHaveProperty("logoUrl");
  expect(schemaOf({ version: "1.2.3", repository: "https://git.example/kvmnet.git" })).toMatchObject({
    repository: "https://git.example/kvmnet.git",
    logoUrl: "https://git.example/kvmnet/raw/v1.2.3/docs/logo.svg",
  });
  // Square, and of 100 pixels: what the registry of Pulumi asks for.
  expect(read("docs/logo.svg")).toMatch(/^<svg [^>]*width="100" height="100" viewBox="0 0 100 100"/);
});
