import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** What `make sdks` writes. TypeScript's is written by `make generate`, with the components beside it. */
const usual = ["go", "python"];
/** Of the SDK that a Go program has beside ours. */
const goSdk = "github.com/pulumi/pulumi/sdk/v3 v3.259.0";

const root = join(__dirname, "..");

/** What there is to do for a language besides what the generator writes: to compile it. */
const compile: Readonly<Record<string, (folder: string) => void>> = {
  go(folder) {
    const { name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    writeFileSync(join(folder, "go.mod"), `module ${name}/sdk/go\n\ngo 1.25\n\nrequire ${goSdk}\n`);
    run(["go", "mod", "tidy"], folder);
    run(["go", "vet", "./..."], folder);
  },
  python: (folder) => run(["python3", "-m", "compileall", "-q", "."], folder),
  // Its compiler is on no machine that this is tested on.
  dotnet: () => undefined,
};

/** `make sdks` and `make sdk-dotnet`: writes sdk/<language> from the schema, and compiles it where that can be done. */
function main(languages: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), "kvmnet-sdks-"));
  try {
    for (const language of languages) {
      const compiled = compile[language];
      if (compiled === undefined) throw new Error(`no SDK is made for ${language}: ${Object.keys(compile).join(", ")}`);
      const target = join(root, "sdk", language);
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target, { recursive: true });
      run([...generator(language, folder), join(root, "provider/schema.json"), target], root);
      compiled(target);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What generates an SDK, built into a folder: .NET's is in a module of its own. */
function generator(language: string, folder: string): string[] {
  const [sources, args] = language === "dotnet" ? ["tools/sdks/dotnet", []] : ["tools/sdks", [language]];
  const program = join(folder, basename(sources));
  if (!existsSync(program)) run(["go", "build", "-trimpath", "-o", program, "."], join(root, sources));
  return [program, ...args];
}

function run([command = "", ...args]: readonly string[], cwd: string): void {
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: ["ignore", 2, 2] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}

try {
  main(process.argv.length > 2 ? process.argv.slice(2) : usual);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
