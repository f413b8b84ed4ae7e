import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../lab/command";
import { ensurePackages } from "../lab/ensurePackages";
import { guestImage } from "../lab/guestImage";
import { hostImage } from "../lab/hostImage";
import { Lan } from "../lab/lan";
import { npmProject } from "../lab/npmProject";
import { Pulumi } from "../lab/pulumi";

describe("the packed package, installed outside of the repository", () => {
  let folder: string;
  let project: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kvmnet-package-"));
    project = await npmProject(folder);
    await ensurePackages();
    await Promise.all([hostImage("bookworm"), guestImage()]);
  }, 900_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const inProject = (script: string) =>
    must([process.execPath, "-e", script], { cwd: project, env: { NODE_PATH: undefined } });

  it("has the plugin, the classes, their types and the words, and nothing of the workshop", async () => {
    const installed = join(project, "node_modules/pulumi-kvmnet");
    expect((await readdir(installed)).sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "cli",
      "dist",
      "docs",
      "examples",
      "package.json",
      "provider",
    ]);
    expect(await readdir(join(project, "node_modules"))).toEqual(
      expect.not.arrayContaining(["ssh2", "zod", "yaml", "@grpc"]),
    );
    const { version } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    const schema = JSON.parse(await readFile(join(installed, "provider/schema.json"), "utf8"));
    expect(schema).toMatchObject({ name: "kvmnet", version });
  });

  it("can be required without any effect", async () => {
    const shown = await inProject('console.log(Object.keys(require("pulumi-kvmnet")).sort().join())');
    expect(shown.trim()).toBe(
      "Bridge,BridgeNetfilter,BridgeNetwork,BridgeSelfTest,HostBridge,Network,Nic,Provider,Tap,VmNic," +
        "diagnose,diagnoseOutput,getHost,getHostOutput,getNic,getNicOutput,resources,rollout",
    );
  });

  it("loads no part of the SDK that it has no use for", async () => {
    const loaded = await inProject('require("pulumi-kvmnet"); console.log(Object.keys(require.cache).join("\\n"))');
    expect(loaded).toContain("/@pulumi/pulumi/resource.js");
    expect(loaded.split("\n").filter((file) => /\/(automation|closure|typescript)\//.test(file))).toEqual([]);
  });

  it("previews a host, with nothing but the provider's path in Pulumi.yaml", async () => {
    await using lan = await Lan.start();
    const host = await lan.startHost({ name: "kvm1" });
    await host.startGuest({ name: "web", running: false });
    await using pulumi = await Pulumi.init({ place: lan.engine, directory: project });
    await pulumi.setConfig("host", host.address);
    await pulumi.setConfig("hostKey", host.hostKey);
    await pulumi.setConfig("privateKey", host.privateKey, { secret: true });
    await pulumi.setConfig("vms[0]", "web", { path: true });

    const { code, stdout, stderr } = await pulumi.preview();
    expect(stderr).toBe("");
    expect(stdout).toContain(host.address);
    expect(stdout).toMatch(/\+ 8 to create/);
    expect(code).toBe(0);
    // It was a preview: the host is as it was.
    expect((await host.exec(["ip", "link", "show", "dev", "br0"])).code).not.toBe(0);
  }, 120_000);
});
