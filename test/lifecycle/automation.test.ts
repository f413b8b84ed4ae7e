import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { must, run } from "../lab/command";
import { ensureEngine } from "../lab/ensureEngine";
import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { writeHome } from "./simulatedStack";

const repository = resolve(__dirname, "../..");

/** The example of a policy pack in a folder, with what npm would put there; it compiles. */
async function installPolicy(folder: string): Promise<string> {
  const pack = join(folder, "policy");
  await cp(join(repository, "examples/policy"), pack, { recursive: true });
  await mkdir(join(pack, "node_modules"));
  await symlink(join(repository, "node_modules/@pulumi"), join(pack, "node_modules/@pulumi"));
  await symlink(repository, join(pack, "node_modules/pulumi-kvmnet"));
  await must([join(repository, "node_modules/.bin/tsc"), "-p", pack]);
  return pack;
}

/**
 * What starts a policy pack, for `--policy-pack`. Pulumi's host of Node.js does so itself, given the pack's folder; the one
 * that tools/engine pins is too old for it.
 */
async function starterOf(pack: string): Promise<string> {
  const file = join(pack, "pulumi-analyzer-lan");
  const run = 'cd "$(dirname "$0")" && exec node node_modules/@pulumi/pulumi/cmd/run-policy-pack "$1" .';
  await writeFile(file, `#!/bin/sh\n${run}\n`, { mode: 0o755 });
  return file;
}

describe("the Automation API's example", () => {
  let folder: string;
  let host: SimulatedHost;
  let env: Record<string, string | undefined>;
  beforeAll(async () => {
    host = await SimulatedHost.start();
    folder = await mkdtemp(join(tmpdir(), "kvmnet-automation-"));
    await writeHome(join(folder, "home"), [host]);
    await mkdir(join(folder, "state"));
    env = {
      // The engine also takes a plugin that is on PATH.
      PATH: [join(repository, "provider"), await ensureEngine(), process.env.PATH].join(":"),
      HOME: join(folder, "home"),
      SSH_AUTH_SOCK: undefined,
      PULUMI_HOME: join(folder, "pulumi"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "lab",
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }, 300_000);
  afterAll(async () => {
    await host?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const running = (what: string, ...policies: string[]) =>
    run(["node_modules/.bin/tsx", "examples/automation/index.ts", what, "kvm1.example", ...policies], {
      ...{ cwd: repository, env },
    });

  it("is refused by a policy pack, before a host is touched, where a bridge would be waited for too long", async () => {
    const pack = await installPolicy(folder);
    const { code, stdout, stderr } = await running("up", await starterOf(pack));
    expect(code).not.toBe(0);
    const said = stdout + stderr;
    expect(said).toContain("ours:index:LanHost kvm1 creating");
    expect(said).toContain("bridge-confirmed-soon  (kvmnet:index:Bridge: kvm1)");
    expect(said).toContain("confirm.timeout: 90 s, more than the 60 s that we wait for a host.");
    expect(await host.must(["ip", "-o", "link"])).not.toContain(" br0");
  }, 300_000);

  it("has a component of one's own, a transform, another stack's outputs, inline programs", async () => {
    const web = host.libvirt.define("web", { running: false });
    const up = await succeeds(running("up"));
    expect(up).toContain("kvm1.example: rollback armed, 90 s");
    const mac = /macAddress *: "(52:54:00:[0-9a-f:]+)"/.exec(up)?.[1];
    expect(web.inactive).toMatchObject([{ mac: { "@address": mac }, source: { "@network": "lan" } }]);
    const text = await must(["pulumi", "stack", "export", "--stack", "organization/hosts/home"], { env });
    const made = (JSON.parse(text).deployment.resources as Record<string, Record<string, unknown>>[]).filter(
      ({ type, custom }) => custom && `${type}`.startsWith("kvmnet:"),
    );
    const connections = made.map(({ inputs }) => inputs?.connection);
    expect(connections).toHaveLength(3);
    for (const connection of connections)
      expect(connection).toMatchObject({ host: "kvm1.example", user: "root", strictHostKeyChecking: "yes" });
    expect(await succeeds(running("up"))).not.toMatch(/created|updated|replaced/);
    await succeeds(running("destroy"));
    expect(web.inactive).toEqual([]);
    expect(host.libvirt.networks).toEqual([]);
  }, 300_000);
});
