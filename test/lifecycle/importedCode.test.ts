import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { chosen } from "../lab/chosen";
import { must, run, start as spawn } from "../lab/command";
import { type LanguageProject, languageProject } from "../lab/languageProject";
import { Pulumi } from "../lab/pulumi";
import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const repository = resolve(__dirname, "../..");
const minutes = 60_000;

let folder: string;
let host: SimulatedHost;
let maker: SimulatedStack;
let importer: SimulatedStack;
let state: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmnet-imported-"));
  host = await SimulatedHost.start();
  const web = host.libvirt.define("web");
  maker = await SimulatedStack.start(host);
  await maker.stack.up(programOf(host, ["br", "filter", "lan", "nic", "tap"]));
  importer = await SimulatedStack.start(host);
  const at = "kvm1.example";
  const resources = [
    { type: "kvmnet:index:Bridge", name: "br", id: `${at}/br0` },
    { type: "kvmnet:index:BridgeNetfilter", name: "filter", id: `${at}/br0` },
    { type: "kvmnet:index:Network", name: "lan", id: `${at}/lan` },
    { type: "kvmnet:index:Nic", name: "nic", id: `${at}/web/${web.live[0]?.mac["@address"]}` },
    { type: "kvmnet:index:Tap", name: "tap", id: `${at}/tap0` },
  ];
  const file = join(folder, "import.json");
  await writeFile(file, JSON.stringify({ resources }));
  const { pulumi } = importer.stack;
  const plain = [
    "--yes",
    "--non-interactive",
    "--skip-preview",
    "--protect=false",
    "--out",
    join(folder, "printed.yaml"),
  ];
  await pulumi.must(["import", "--file", file, ...plain, "--stack", pulumi.stack]);
  state = await pulumi.exportState();
}, 5 * minutes);
afterAll(async () => {
  for (const one of [importer, maker, host]) await one?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** What `pulumi import` prints for it in a project of a language whose pinned host prints nothing. */
async function printed(language: "nodejs" | "python" | "go"): Promise<string> {
  const printer = join(folder, `sdks-${language}`);
  const env = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  await must(["go", "build", "-trimpath", "-o", printer, "."], { cwd: join(repository, "tools/sdks"), env });
  const exported = JSON.parse(state);
  delete exported.deployment.secrets_providers;
  const schema = join(repository, "provider/schema.json");
  return must([printer, "imported", language, schema], { input: JSON.stringify(exported) });
}

/** A project of the language with nothing but that code. */
const projects: Record<string, () => Promise<LanguageProject & { readonly code: string }>> = {
  async typescript() {
    const directory = join(folder, "typescript");
    await mkdir(join(directory, "node_modules"), { recursive: true });
    await symlink(join(repository, "node_modules/@pulumi"), join(directory, "node_modules/@pulumi"));
    await symlink(repository, join(directory, "node_modules/pulumi-kvmnet"));
    const plugins = { providers: [{ name: "kvmnet", path: join(repository, "provider") }] };
    await writeFile(join(directory, "Pulumi.yaml"), stringify({ name: "homelab", runtime: "nodejs", plugins }));
    await writeFile(join(directory, "package.json"), JSON.stringify({ main: "index.ts" }));
    const code = await printed("nodejs");
    expect(code).toContain('import * as kvmnet from "pulumi-kvmnet";');
    await writeFile(join(directory, "index.ts"), code);
    return { directory, env: {}, path: [], code };
  },
  async yaml() {
    const project = await languageProject("yaml", folder);
    const code = await readFile(join(folder, "printed.yaml"), "utf8");
    const file = join(project.directory, "Pulumi.yaml");
    const { runtime, plugins } = parse(await readFile(file, "utf8"));
    await writeFile(file, stringify({ ...parse(code), name: "homelab", runtime, plugins }));
    return { ...project, code };
  },
  python: () => withCode("python", "__main__.py"),
  go: () => withCode("go", "main.go"),
};

async function withCode(language: "python" | "go", file: string) {
  const project = await languageProject(language, folder);
  const code = await printed(language);
  await writeFile(join(project.directory, file), code);
  const settings = join(project.directory, "Pulumi.yaml");
  await writeFile(settings, stringify({ ...parse(await readFile(settings, "utf8")), name: "homelab" }));
  return { ...project, code };
}

const languages = Object.keys(projects) as readonly ("typescript" | "yaml" | "python" | "go")[];
test.each(chosen(languages, 2, "imported code"))(
  "what an import prints in %s is taken by the SDK, and previews empty",
  async (language) => {
    const { directory, env, path, code } = await (projects[language] as () => ReturnType<typeof withCode>)();
    expect(code.match(/kvmnet(?:\.New|\.|:)(Bridge|BridgeNetfilter|Network|Nic|Tap)(?=\(|$)/gm)).toHaveLength(5);
    await using pulumi = await Pulumi.init({
      ...{ place: { run, spawn }, directory, path },
      languages: language === "typescript" ? [] : [language],
      env: { HOME: importer.home, SSH_AUTH_SOCK: undefined, ...env },
    });
    await pulumi.importState(state);
    await succeeds(pulumi.preview({ args: ["--diff", "--expect-no-changes"] }));
  },
  5 * minutes,
);
