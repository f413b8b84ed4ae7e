import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { must } from "../lab/command";

const repository = resolve(__dirname, "../..");

/** What the schema shows in Go, by the name of a folder: each is a program of its own. */
async function shownInGo(): Promise<[folder: string, code: string][]> {
  const { resources, functions } = JSON.parse(await readFile(join(repository, "provider/schema.json"), "utf8"));
  return Object.entries<{ description: string }>({ ...resources, ...functions }).map(([token, { description }]) => [
    token.split(":")[2] ?? "",
    /```go\n(.*?)```/s.exec(description)?.[1] ?? "",
  ]);
}

test("what the schema shows in Go compiles with the SDK, and is as gofmt writes it", async () => {
  const shown = await shownInGo();
  expect(shown.length).toBeGreaterThan(10);
  const folder = await mkdtemp(join(tmpdir(), "kvmnet-go-"));
  try {
    const modules = await readFile(join(repository, "examples/go/go.mod"), "utf8");
    await writeFile(join(folder, "go.mod"), modules.replace("../../sdk/go", join(repository, "sdk/go")));
    await cp(join(repository, "examples/go/go.sum"), join(folder, "go.sum"));
    for (const [name, code] of shown) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "main.go"), code);
    }
    expect(await must(["gofmt", "-l", "."], { cwd: folder })).toBe("");
    await must(["go", "vet", "./..."], { cwd: folder, env: { GOFLAGS: "-mod=mod", GOWORK: "off", CGO_ENABLED: "0" } });
    const packages = await must(["go", "list", "-f", "{{.Name}}", "./..."], { cwd: folder });
    expect(packages.trimEnd().split("\n")).toEqual(shown.map(() => "main"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
