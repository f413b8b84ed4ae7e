import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writePlugins } from "../../tools/release/plugins";
import { run, start as spawn } from "../lab/command";
import { type LanguageProject, languageProject } from "../lab/languageProject";
import { npmProject } from "../lab/npmProject";
import { Pulumi } from "../lab/pulumi";
import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { writeHome } from "./simulatedStack";

const repository = resolve(__dirname, "../..");
const languages = ["typescript", "python", "go", "yaml"] as const;
const ways = ["plugin install --file", "a plugins entry"] as const;
/** The other way is that of test/acceptance's languages and package, on a real host: here it is told in `make test-all`. */
const told = process.env.KVMNET_FAULTS === "all" ? ways : ways.slice(0, 1);
const machine = `linux-${process.arch === "x64" ? "amd64" : process.arch}`;

type Language = (typeof languages)[number];
type Way = (typeof ways)[number];

/** Its example in an empty folder, with its SDK or package. */
async function projectOf(language: Language, folder: string, way: Way): Promise<LanguageProject> {
  const saysPlugin = way === "a plugins entry";
  if (language !== "typescript") return languageProject(language, folder, { saysPlugin });
  return { directory: await npmProject(folder, { saysPlugin }), env: {}, path: [] };
}

describe("from an empty folder: preview, up, no changes, destroy", () => {
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

  const cells = languages.flatMap((language) => told.map((way) => ({ language, way })));
  test.each(cells)(
    "$language, by $way",
    async ({ language, way }) => {
      await using host = await SimulatedHost.start();
      const web = host.libvirt.define("web", { running: false });
      const cell = await mkdtemp(join(folder, "cell-"));
      await writeHome(join(cell, "home"), [host]);
      const { directory, env, path } = await projectOf(language, cell, way);
      await using pulumi = await Pulumi.init({
        ...{ place: { run, spawn }, directory, path },
        languages: language === "typescript" ? [] : [language],
        env: { HOME: join(cell, "home"), SSH_AUTH_SOCK: undefined, ...env },
      });
      if (way === "plugin install --file")
        await pulumi.must(["plugin", "install", "resource", "kvmnet", version(archive), "--file", archive]);
      await pulumi.setConfig("host", "kvm1.example");
      if (language === "typescript") await pulumi.setConfig("vms[0]", "web", { path: true });

      expect(await succeeds(pulumi.preview())).toMatch(/\+ 8 to create/);
      await succeeds(pulumi.up());
      expect(await pulumi.outputs()).toMatchObject({ hostAddresses: ["192.0.2.100/24"] });
      expect(web.inactive).toMatchObject([{ source: { "@network": "lan" } }]);
      await succeeds(pulumi.preview({ args: ["--expect-no-changes"] }));
      await succeeds(pulumi.destroy());
      expect(host.libvirt.networks).toEqual([]);
      expect(web.inactive).toEqual([]);
      passed.set(`${language} ${way}`, "passed");
    },
    600_000,
  );
});

const version = (archive: string) => /-v(\d[^-]*)-/.exec(archive)?.[1] ?? "";

/** Way to install x language. */
function tableOf(passed: ReadonlyMap<string, string>): string {
  const row = (first: string, cells: readonly string[]) =>
    [first.padEnd(22), ...cells.map((cell) => cell.padEnd(11))].join(" ").trimEnd();
  const rows = ways.map((way) =>
    row(
      way,
      languages.map((language) => passed.get(`${language} ${way}`) ?? (told.includes(way) ? "not passed" : "not run")),
    ),
  );
  return [row("", languages), ...rows].join("\n");
}
