import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as ts from "typescript";

const repository = resolve(__dirname, "../../..");

/**
 * Lines with a `using` in a loop's body. What esbuild 0.28 makes of one for Node.js 20 throws the error of one round
 * again at the end of each later one, also of those that went well: its _hasError is a var, which no round resets.
 */
function usingInLoops(name: string, code: string): string[] {
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node, inLoop: boolean): void => {
    if (inLoop && ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using)
      found.push(`${name}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    const within = ts.isIterationStatement(node, false) || (inLoop && !ts.isFunctionLike(node));
    ts.forEachChild(node, (child) => visit(child, within));
  };
  visit(source, false);
  return found;
}

test("a `using` in a loop is found, and one in a function that the loop calls is none", () => {
  expect(usingInLoops("one.ts", "for (;;) {\n  try { using a = b; } catch {}\n}")).toEqual(["one.ts:2"]);
  expect(usingInLoops("one.ts", "while (x) { await using a = b; }")).toEqual(["one.ts:1"]);
  expect(usingInLoops("one.ts", "for (;;) { const a = b; (() => { using c = d; })(); }")).toEqual([]);
});

test.each(["provider", "cli"])("no loop in %s has one", (folder) => {
  const files = readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.startsWith("dist"),
  );
  expect(files.length).toBeGreaterThan(1);
  const found = files.flatMap((file) => usingInLoops(file, readFileSync(join(repository, folder, file), "utf8")));
  expect(found).toEqual([]);
});
