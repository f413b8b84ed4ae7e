import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { wrongDirections } from "../../../tools/lint/directions";

describe("the directions of imports", () => {
  let root: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "kvmnet-rooms-"));
    write("provider/main.ts", 'import "./server/serve";\n');
    write("provider/server/serve.ts", 'import { plan } from "../plan/plan";\nexport { plan };\n');
    write(
      "provider/plan/plan.ts",
      'import type { Facts } from "../host/facts";\nexport const plan = (facts: Facts) => facts;\n',
    );
    write("provider/host/facts.ts", "export type Facts = string;\n");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are right where each room uses what is below it", () => {
    expect(wrongDirections(root)).toEqual([]);
  });

  it.each([
    ["a value", 'import { plan } from "../plan/plan";\n'],
    ["a type alone", 'import type { plan } from "../plan/plan";\n'],
    ["what is exported again", 'export { plan } from "../plan/plan";\n'],
    ["what is loaded later", 'export const later = () => import("../plan/plan");\n'],
  ])("are wrong where one goes upward, for %s", (_, text) => {
    write("provider/host/new.ts", text);
    expect(wrongDirections(root)).toEqual([
      expect.stringMatching(/^provider\/host\/new\.ts -> provider\/plan\/plan\.ts: /),
    ]);
  });

  it("are wrong where a room uses what is over all of them", () => {
    write("provider/host/new.ts", 'import "../main";\n');
    expect(wrongDirections(root)).toHaveLength(1);
  });

  it("are wrong where files import each other, over others too", () => {
    write("provider/plan/plan.ts", 'import type { One } from "./one";\nexport type Plan = One;\n');
    write("provider/plan/one.ts", 'import type { Two } from "./two";\nexport type One = Two;\n');
    write("provider/plan/two.ts", 'import type { Plan } from "./plan";\nexport type Two = Plan | 0;\n');
    expect(wrongDirections(root)).toEqual([
      expect.stringMatching(/^(provider\/plan\/(plan|one|two)\.ts -> ){3}.*: these/),
    ]);
  });
});
