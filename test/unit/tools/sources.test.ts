import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hashSources, staleness, stampBuilt } from "../../../tools/build/sources";

const sources = [
  ...["provider/main.ts", "provider/host/facts/facts.sh", "cli/main.ts", "components/hostBridge.ts", "index.ts"],
  ...["tools/build.ts", "tools/build/bundle.ts", "package.json", "package-lock.json"],
  ...["tsconfig.json", "tsconfig.build.json"],
];

describe("what was built", () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "kvmnet-sources-"));
    for (const source of sources) {
      mkdirSync(dirname(join(copy, source)), { recursive: true });
      writeFileSync(join(copy, source), source);
    }
    mkdirSync(join(copy, "provider/dist"), { recursive: true });
    stampBuilt(copy, hashSources(copy));
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  it("is good as long as the sources say the same, whenever they were written", () => {
    utimesSync(join(copy, "provider/main.ts"), new Date(), new Date());
    expect(staleness(copy)).toBeUndefined();
  });

  it.each(["provider/host/facts/facts.sh", "components/hostBridge.ts", "tools/build/bundle.ts", "package-lock.json"])(
    "is an old one once %s is another, with the command to run",
    (path) => {
      writeFileSync(join(copy, path), `${readFileSync(join(copy, path), "utf8")}\n`);
      expect(staleness(copy)).toMatch(/other sources.*`make build`/);
    },
  );

  it("is not taken where the build did not come to its end", () => {
    rmSync(join(copy, "provider/dist"), { recursive: true });
    expect(staleness(copy)).toMatch(/not whole.*`make build`/);
  });
});
