import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { must, run } from "../lab/command";
import { pythonEnvironment } from "../lab/languageProject";

/** Runs a program without an engine: each resource is as it was given, each function's answer empty. */
const withoutEngine = `
import sys
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return [args.name, args.inputs]
    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks())

@pulumi.runtime.test
def program():
    exec(sys.stdin.read(), {})

program()
`;

test("what the schema shows in Python is taken by the SDK", async () => {
  const schema = JSON.parse(await readFile(resolve(__dirname, "../../provider/schema.json"), "utf8"));
  const all = Object.values<{ description: string }>({ ...schema.resources, ...schema.functions });
  const programs = all.map(({ description }) => /```python\n(.*?)```/s.exec(description)?.[1] ?? "");
  expect(programs).not.toContain("");
  const python = join(await pythonEnvironment(), "bin/python");
  await must([python, "-c", withoutEngine], { input: programs.join("\n") });
  const misspelt = await run([python, "-c", withoutEngine], {
    input: programs.join("\n").replaceAll("bridge=", "brige="),
  });
  expect(misspelt.stderr).toContain("brige");
}, 600_000);
