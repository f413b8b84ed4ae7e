import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as ts from "typescript";

const repository = resolve(__dirname, "../../..");
const read = (path: string) => readFileSync(join(repository, path), "utf8");

/** The TypeScript in a text's fences; in a doc comment, without the stars. */
function examplesIn(path: string): [name: string, code: string][] {
  const text = read(path).replaceAll(/^ *\* ?/gm, "");
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code], index) => [`${path}#${index + 1}`, code ?? ""]);
}

const components = readdirSync(join(repository, "components"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `components/${name}`);
const pages = readdirSync(join(repository, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
/** What the schema shows of each resource and function. */
const { resources, functions } = JSON.parse(read("provider/schema.json"));
const shown = Object.entries<{ description: string }>({ ...resources, ...functions }).map(
  ([token, { description }]): [name: string, code: string] => [
    token,
    /```typescript\n(.*?)```/s.exec(description)?.[1] ?? "",
  ],
);
const examples = [...shown, ...["README.md", ...pages, ...components].flatMap(examplesIn)];

/** What the compiler says of the examples, each a module of its own beside index.ts. */
function diagnose(): Map<string, string[]> {
  const { config } = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, repository);
  const virtual = new Map(examples.map(([, code], index) => [join(repository, `example${index}.ts`), code]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const code = virtual.get(path);
    if (code === undefined) return getSourceFile(path, languageVersion, ...rest);
    // Without an import or export it would be a script, and its names would be everyone's.
    return ts.createSourceFile(path, `${code}\nexport {};\n`, languageVersion);
  };
  const program = ts.createProgram([...virtual.keys()], { ...options, noUnusedLocals: false }, host);
  return new Map(
    examples.map(([name], index) => {
      const file = program.getSourceFile(join(repository, `example${index}.ts`));
      const found = ts.getPreEmitDiagnostics(program, file);
      return [name, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))];
    }),
  );
}

describe("what the documentation shows compiles", () => {
  let diagnostics: Map<string, string[]>;
  beforeAll(() => {
    diagnostics = diagnose();
  }, 60_000);

  it.each(examples)("%s", (name) => {
    expect(diagnostics.get(name)).toEqual([]);
  });

  it("and there is some", () => {
    expect(shown.map(([, code]) => code)).not.toContain("");
    expect(examples.map(([name]) => name)).toEqual(
      expect.arrayContaining(["README.md#1", "components/vmNic.ts#1", "components/bridgeNetwork.ts#1"]),
    );
  });
});

it("docs/_index.md, which the registry shows, has the examples as they are", () => {
  const blocks = [...read("docs/_index.md").matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => [
    language,
    code,
  ]);
  expect(blocks).toEqual([
    ["typescript", read("examples/oneHost/index.ts")],
    ["python", read("examples/python/__main__.py")],
    ["go", read("examples/go/main.go")],
    ["yaml", read("examples/yaml/Pulumi.yaml")],
  ]);
});
