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
