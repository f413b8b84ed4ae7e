import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { must, run, start as spawn } from "../lab/command";
import { Pulumi } from "../lab/pulumi";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const repository = resolve(__dirname, "../..");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmnet-imported-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What `pulumi import` prints in a TypeScript project for what a stack has imported. */
async function printedCode(state: string): Promise<string> {
  const printer = join(folder, "sdks");
  const env = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  await must(["go", "build", "-trimpath", "-o", printer, "."], { cwd: join(repository, "tools/sdks"), env });
  const exported = JSON.parse(state);
  delete exported.deployment.secrets_providers;
  return must([printer, "imported", join(repository, "provider/schema.json")], { input: JSON.stringify(exported) });
}

test("the TypeScript that an import prints compiles with the package, and previews empty", async () => {
  await using host = await SimulatedHost.start();
  const web = host.libvirt.define("web");
  await using maker = await SimulatedStack.start(host);
  await maker.stack.up(programOf(host, ["br", "filter", "lan", "nic", "tap"]));
  await using importer = await SimulatedStack.start(host);
  const at = "kvm1.example";
  for (const [type, name, id] of [
    ["Bridge", "br", `${at}/br0`],
    ["BridgeNetfilter", "filter", `${at}/br0`],
    ["Network", "lan", `${at}/lan`],
    ["Nic", "nic", `${at}/web/${web.live[0]?.mac["@address"]}`],
    ["Tap", "tap", `${at}/tap0`],
  ] as const) {
    const { code, stdout, stderr } = await importer.stack.import(`kvmnet:index:${type}`, name, id);
    expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
  }
  const state = await importer.stack.pulumi.exportState();
  const code = await printedCode(state);
  expect(code).toContain('import * as kvmnet from "pulumi-kvmnet";');
  expect(code.match(/new kvmnet\.\w+/g)).toHaveLength(5);

  const project = join(folder, "project");
  await mkdir(join(project, "node_modules"), { recursive: true });
  await symlink(join(repository, "node_modules/@pulumi"), join(project, "node_modules/@pulumi"));
  await symlink(repository, join(project, "node_modules/pulumi-kvmnet"));
  const plugins = { providers: [{ name: "kvmnet", path: join(repository, "provider") }] };
  await writeFile(join(project, "Pulumi.yaml"), stringify({ name: "homelab", runtime: "nodejs", plugins }));
  await writeFile(join(project, "package.json"), JSON.stringify({ main: "index.ts" }));
  await writeFile(join(project, "index.ts"), code);
  const env = { HOME: importer.home, SSH_AUTH_SOCK: undefined };
  await using typescript = await Pulumi.init({ place: { run, spawn }, directory: project, env });
  await typescript.importState(state);
  const { code: ended, stdout, stderr } = await typescript.preview({ args: ["--diff", "--expect-no-changes"] });
  expect({ ended, said: ended === 0 ? "" : code + stdout + stderr }).toEqual({ ended: 0, said: "" });
}, 300_000);
