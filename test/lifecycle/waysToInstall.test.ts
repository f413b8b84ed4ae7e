import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { writePlugins } from "../../tools/release/plugins";
import { chosen } from "../lab/chosen";
import { run, start as spawn } from "../lab/command";
import { ensureOldestEngine } from "../lab/ensureEngine";
import { importAnew } from "../lab/importAnew";
import { type LanguageProject, languageProject } from "../lab/languageProject";
import { npmProject } from "../lab/npmProject";
import { Pulumi } from "../lab/pulumi";
import { succeeds } from "../lab/succeeds";
import { serveArchives } from "./archiveServer";
import { SimulatedHost } from "./host/simulatedHost";
import { writeHome } from "./simulatedStack";

const repository = resolve(__dirname, "../..");
const languages = ["typescript", "python", "go", "yaml"] as const;
/** The oldest that npm has of those that package.json takes. */
const oldestSdk = "3.173.0";
const oldest = `npm, with SDK ${oldestSdk}` as const;
const fromGit = "npm install from git";
/** The oldest that README and the docs state, with the language hosts of today. */
const oldestPulumi = "Pulumi 3.172.0";
const ways = [
  "plugin install --file",
  "plugin install --server",
  "a plugins entry",
  fromGit,
  oldest,
  oldestPulumi,
] as const;
/** All in `make test-all`; else the first way, with half of the languages. */
const told = chosen(languages, 2, "ways to install").flatMap((language) =>
  (process.env.KVMNET_FAULTS === "all" ? ways : ways.slice(0, 1)).map((way) => ({ language, way })),
);
const machine = `linux-${process.arch === "x64" ? "amd64" : process.arch}`;

type Language = (typeof languages)[number];
type Way = (typeof ways)[number];

/** Other languages' SDKs are made by `make sdks` alone, for Pulumi's of today: a git repository has none. */
const isThere = (language: Language, way: Way) => !way.startsWith("npm") || language === "typescript";

/** Its example in an empty folder, with its SDK or package as it is released. */
async function projectOf(language: Language, folder: string, way: Way): Promise<LanguageProject> {
  const saysPlugin = !way.startsWith("plugin install") && way !== oldestPulumi;
  if (language !== "typescript") return languageProject(language, folder, { saysPlugin });
  const [from, sdk] = [way === fromGit ? ("git" as const) : undefined, way === oldest ? oldestSdk : undefined];
  const directory = await npmProject(folder, { saysPlugin, from, sdk });
  const installed = (await readdir(join(directory, "node_modules"))).filter((name) => !name.startsWith("."));
  // Of its own, the package brings nothing.
  if (sdk === undefined) expect(installed).toEqual(["@pulumi", "pulumi-kvmnet"]);
  return { directory, env: {}, path: [] };
}

describe("from an empty folder: preview, up, no changes, import, destroy", () => {
  let folder: string;
  let archive: string;
  const passed = new Map<string, string>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kvmnet-ways-"));
    const [name = ""] = await writePlugins(repository, folder, [machine]);
    archive = join(folder, name);
  }, 300_000);
  afterAll(async () => {
    process.stderr.write(`\n${tableOf(passed)}\n\n`);
    await rm(folder, { recursive: true, force: true });
  });

  const there = told.filter(({ language, way }) => isThere(language, way));
  test.each(there)(
    "$language, by $way",
    async ({ language, way }) => {
      await using host = await SimulatedHost.start();
      const web = host.libvirt.define("web", { running: false });
      const cell = await mkdtemp(join(folder, "cell-"));
      await writeHome(join(cell, "home"), [host]);
      const { directory, env, path } = await projectOf(language, cell, way);
      const cli = way === oldestPulumi ? await ensureOldestEngine() : undefined;
      await using pulumi = await Pulumi.init({
        ...{ place: { run, spawn }, directory, path, cli },
        languages: language === "typescript" ? [] : [language],
        env: { HOME: join(cell, "home"), SSH_AUTH_SOCK: undefined, ...env },
      });
      if (cli !== undefined) expect(await pulumi.must(["version"])).toContain(oldestPulumi.replace("Pulumi ", "v"));
      const install = ["plugin", "install", "resource", "kvmnet", version(archive)];
      if (way === "plugin install --file" || cli !== undefined) await pulumi.must([...install, "--file", archive]);
      if (way === "plugin install --server") {
        await using server = await serveArchives(dirname(archive), [basename(archive)]);
        await pulumi.must([...install, "--server", server.url]);
      }
      await pulumi.setConfig("host", "kvm1.example");
      if (language === "typescript") await pulumi.setConfig("vms[0]", "web", { path: true });

      expect(await succeeds(pulumi.preview())).toMatch(/\+ 8 to create/);
      await succeeds(pulumi.up());
      expect(await pulumi.outputs()).toMatchObject({ hostAddresses: ["192.0.2.100/24"] });
      expect(web.inactive).toMatchObject([{ source: { "@network": "lan" } }]);
      await succeeds(pulumi.preview({ args: ["--expect-no-changes"] }));
      await importAnew(pulumi, "kvm1.example");
      await succeeds(pulumi.up({ args: ["--expect-no-changes"] }));
      await succeeds(pulumi.destroy());
      expect(host.libvirt.networks).toEqual([]);
      expect(web.inactive).toEqual([]);
      passed.set(`${language} ${way}`, "passed");
    },
    1_200_000,
  );
});

const version = (archive: string) => /-v(\d[^-]*)-/.exec(archive)?.[1] ?? "";

/** Way to install x language. */
function tableOf(passed: ReadonlyMap<string, string>): string {
  const row = (first: string, cells: readonly string[]) =>
    [first.padEnd(24), ...cells.map((cell) => cell.padEnd(11))].join(" ").trimEnd();
  const cell = (language: Language, way: Way) => {
    if (!isThere(language, way)) return "none";
    const isTold = told.some((one) => one.language === language && one.way === way);
    return passed.get(`${language} ${way}`) ?? (isTold ? "not passed" : "not run");
  };
  const rows = ways.map((way) =>
    row(
      way,
      languages.map((language) => cell(language, way)),
    ),
  );
  const legend = [
    `Each: preview, up, no changes, import, no changes, destroy. The plugin is that of ${machine}; those of other systems are not run.`,
    "none: the SDKs of Python and Go are made by `make sdks`, for Pulumi's of today, and are not in git; YAML needs none.",
  ];
  return [row("", languages), ...rows, ...legend].join("\n");
}
