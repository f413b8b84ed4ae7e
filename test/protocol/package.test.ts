import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { compile } from "../../tools/build/bundle";
import { PluginProcess } from "./support/pluginProcess";

const run = promisify(execFile);
const repository = resolve(__dirname, "../..");

interface Packed {
  readonly files: { readonly path: string; readonly size: number; readonly mode: number }[];
}

/** What `npm pack` would ship of what is built in a folder. */
async function pack(folder: string): Promise<Packed> {
  const { stdout } = await run("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], { cwd: folder });
  return JSON.parse(stdout)[0];
}

describe("what is shipped", () => {
  let folder: string;
  let packed: Packed;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kvmnet-package-"));
    packed = await pack(repository);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is text: no code that can't be read", async () => {
    const binary = [];
    for (const { path } of packed.files) {
      const bytes = await readFile(join(repository, path));
      if (bytes.includes(0) || !Buffer.from(bytes.toString("utf8")).equals(bytes)) binary.push(path);
    }
    expect(binary).toEqual([]);
  });

  it("has all that its pages link to", async () => {
    const paths = packed.files.map(({ path }) => path);
    const isPacked = (target: string) => paths.some((path) => path === target || path.startsWith(`${target}/`));
    const dead = [];
    for (const page of paths.filter((path) => /^(docs\/)?[^/]+\.md$/.test(path))) {
      const text = (await readFile(join(repository, page), "utf8")).replaceAll(/^```.*?^```$/gms, "");
      for (const [, to = ""] of text.matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g))
        if (!/^https?:/.test(to) && !isPacked(join(dirname(page), to))) dead.push(`${page}: ${to}`);
    }
    expect(dead).toEqual([]);
  });

  it("does what its code says: an edit of the same length counts", async () => {
    await cp(join(repository, "provider"), join(folder, "provider"), { recursive: true });
    const program = join(folder, "provider/dist/program.js");
    const { license } = JSON.parse(await readFile(join(repository, "provider/schema.json"), "utf8"));
    const edited = license.replace(/^./, "X");
    const code = await readFile(program, "utf8");
    await writeFile(
      program,
      code.replace(`license:"${license}"`, () => `license:"${edited}"`),
    );
    await using plugin = await PluginProcess.start(join(folder, "provider/pulumi-resource-kvmnet"));
    expect(await plugin.caller.schema()).toMatchObject({ license: edited });
  });

  it.each(["provider", "cli"])(
    "has the licence of each package that is bundled in %s/dist, with its text",
    async (part) => {
      const { metafile } = await compile(repository, part, folder);
      const foreign = Object.keys(metafile.inputs).filter((file) => file.includes("node_modules/"));
      const bundled = new Set(await Promise.all(foreign.map(packageOf)));
      const notices = await readFile(join(repository, part, "dist/program.js.LEGAL.txt"), "utf8");
      const [, ...sections] = notices.split(`\n${"-".repeat(80)}\n`);
      const [named, without] = [new Set<string>(), [] as string[]];
      for (const section of sections) {
        const [heading = "", ...text] = section.trim().split("\n");
        named.add(heading.replace(/ \(.*\)$/, ""));
        if (!/warrant|without .*liab/i.test(text.join(" "))) without.push(heading);
      }
      expect([...named].sort()).toEqual([...bundled].sort());
      expect(without).toEqual([]);
    },
  );
});

/** Name and version of the package that a file is of: folders in it may have a package.json that names neither. */
async function packageOf(file: string): Promise<string> {
  for (let folder = dirname(file); folder.includes("node_modules/"); folder = dirname(folder)) {
    const text = await readFile(join(repository, folder, "package.json"), "utf8").catch(() => "{}");
    const { name, version } = JSON.parse(text);
    if (name && version) return `${name} ${version}`;
  }
  throw new Error(`${file} is of no package`);
}
