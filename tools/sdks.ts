import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Languages whose SDK is generated. TypeScript's is written by `make generate`, with the components beside it. */
const languages = ["go", "python"] as const;
/** Of the SDK that a Go program has beside ours. */
const goSdk = "github.com/pulumi/pulumi/sdk/v3 v3.259.0";

const root = join(__dirname, "..");

/** `make sdks`: writes sdk/go and sdk/python from the schema, and compiles what they consist of. */
function main(): void {
  const folder = mkdtempSync(join(tmpdir(), "kvmnet-sdks-"));
  try {
    const generator = join(folder, "sdks");
    run(["go", "build", "-trimpath", "-o", generator, "."], join(root, "tools/sdks"));
    for (const language of languages) {
      const target = join(root, "sdk", language);
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target, { recursive: true });
      run([generator, language, join(root, "provider/schema.json"), target], root);
    }
    const { name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const go = join(root, "sdk/go");
    writeFileSync(join(go, "go.mod"), `module ${name}/sdk/go\n\ngo 1.25\n\nrequire ${goSdk}\n`);
    run(["go", "mod", "tidy"], go);
    run(["go", "vet", "./..."], go);
    run(["python3", "-m", "compileall", "-q", "."], join(root, "sdk/python"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run([command = "", ...args]: readonly string[], cwd: string): void {
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: ["ignore", 2, 2] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
