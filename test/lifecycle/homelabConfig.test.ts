import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkConfig } from "../../stacks/checkConfig";
import { run, start as spawn } from "../lab/command";
import { Pulumi } from "../lab/pulumi";
import { exampleConfig, homelabOf, uncommented } from "../unit/stacks/exampleConfig";

const repository = resolve(__dirname, "../..");

/** A copy of the homelab's project, whose stack's file may be written. */
async function homelab() {
  const directory = await mkdtemp(join(tmpdir(), "kvmnet-config-"));
  await cp(join(repository, "stacks"), join(directory, "stacks"), { recursive: true });
  await copyFile(join(repository, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  for (const part of ["components", "index.ts", "node_modules", "package.json", "provider", "tsconfig.json"])
    await symlink(join(repository, part), join(directory, part));
  const pulumi = await Pulumi.init({ place: { run, spawn }, directory, stack: "home" });
  return {
    pulumi,
    async [Symbol.asyncDispose]() {
      await pulumi[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

test("what the stack's file has in plain text is warned of, and nothing more once its command was typed", async () => {
  await using home = await homelab();
  const { pulumi } = home;
  const connection = "homelab:hosts.kvm1.connection";
  const set = (part: string, value: string, secret = false) =>
    pulumi.setConfig(`${connection}.${part}`, value, { path: true, secret });
  await set("host", "kvm1.example");
  await set("password", "planted-7Qx");
  await set("sudo.password", "planted-8Rz");
  const told = async () => {
    const { code, stdout, stderr } = await pulumi.preview();
    expect(code).toBe(0);
    expect(stdout + stderr).not.toMatch(/planted/);
    return [...new Set(stdout.match(/pulumi config set --secret --path \S+/g))];
  };
  const command = (part: string) => `pulumi config set --secret --path ${connection}.${part}`;
  expect(await told()).toEqual([command("password"), command("sudo.password")]);
  await set("password", "planted-7Qx", true);
  expect(await told()).toEqual([command("sudo.password")]);
  await set("sudo.password", "planted-8Rz", true);
  expect(await told()).toEqual([]);
}, 120_000);

test("Pulumi writes the example anew, and each of its options is still where it belongs", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kvmnet-config-"));
  try {
    const file = join(directory, "stacks/Pulumi.home.yaml");
    await mkdir(join(directory, "stacks"));
    await copyFile(join(repository, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
    await writeFile(file, exampleConfig);
    await using pulumi = await Pulumi.init({ place: { run, spawn }, directory, stack: "home" });
    const to = "homelab:hosts.kvm1.connection.password";
    await pulumi.setConfig(to, "planted", { path: true, secret: true });
    const written = await readFile(file, "utf8");
    expect(written).toMatch(/^# yaml-language-server: \$schema=homelab\.schema\.json\n/);
    expect(written).toMatch(/^encryptionsalt: /m);
    expect(written).toMatch(/password:\n +secure: /);
    const taken = (text: string) => {
      const homelab = homelabOf(uncommented(text)) as { hosts: { kvm1: { connection: { password?: unknown } } } };
      delete homelab.hosts.kvm1.connection.password;
      return checkConfig(homelab);
    };
    expect(taken(written)).toEqual(taken(exampleConfig));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 120_000);
