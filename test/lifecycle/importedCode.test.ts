import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chosen } from "../lab/chosen";
import { run, start as spawn } from "../lab/command";
import { type Imported, importAll, importedProject, importingLanguages } from "../lab/importedCode";
import { Pulumi } from "../lab/pulumi";
import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

let folder: string;
let host: SimulatedHost;
let maker: SimulatedStack;
let importer: SimulatedStack;
let imported: Imported;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmnet-imported-"));
  host = await SimulatedHost.start();
  const web = host.libvirt.define("web");
  maker = await SimulatedStack.start(host);
  await maker.stack.up(programOf(host, ["br", "filter", "lan", "nic", "tap"]));
  importer = await SimulatedStack.start(host);
  const at = "kvm1.example";
  imported = await importAll(importer.stack.pulumi, folder, [
    { type: "kvmnet:index:Bridge", name: "br", id: `${at}/br0` },
    { type: "kvmnet:index:BridgeNetfilter", name: "filter", id: `${at}/br0` },
    { type: "kvmnet:index:Network", name: "lan", id: `${at}/lan` },
    { type: "kvmnet:index:Nic", name: "nic", id: `${at}/web/${web.live[0]?.mac["@address"]}` },
    { type: "kvmnet:index:Tap", name: "tap", id: `${at}/tap0` },
  ]);
}, 5 * minutes);
afterAll(async () => {
  for (const one of [importer, maker, host]) await one?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test.each(chosen(importingLanguages, 2, "imported code"))(
  "what an import prints in %s is taken by the SDK, and previews empty",
  async (language) => {
    const { directory, env, path, code } = await importedProject(language, folder, imported);
    expect(code.match(/kvmnet(?:\.New|\.|:)(Bridge|BridgeNetfilter|Network|Nic|Tap)(?=\(|$)/gm)).toHaveLength(5);
    if (language === "typescript") expect(code).toContain('import * as kvmnet from "pulumi-kvmnet";');
    await using pulumi = await Pulumi.init({
      ...{ place: { run, spawn }, directory, path },
      languages: language === "typescript" ? [] : [language],
      env: { HOME: importer.home, SSH_AUTH_SOCK: undefined, ...env },
    });
    await pulumi.importState(imported.state);
    await succeeds(pulumi.preview({ args: ["--diff", "--expect-no-changes"] }));
  },
  5 * minutes,
);
