import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { must } from "../lab/command";

const repository = resolve(__dirname, "../..");

test("the SDK of .NET is made, with each resource, component and function; nothing here compiles it", async () => {
  await must([join(repository, "node_modules/.bin/tsx"), "tools/sdks.ts", "dotnet"], { cwd: repository });
  const folder = join(repository, "sdk/dotnet");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".cs"));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  const named = texts.flatMap((text) => [...text.matchAll(/"(kvmnet:index:\w+)"/g)].map(([, token]) => token));
  const { resources, functions } = JSON.parse(await readFile(join(repository, "provider/schema.json"), "utf8"));
  expect([...new Set(named)].sort()).toEqual([...Object.keys(resources), ...Object.keys(functions)].sort());
}, 600_000);
