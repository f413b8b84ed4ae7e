import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkConfig } from "../../stacks/checkConfig";
import { run, start as spawn } from "../lab/command";
import { Pulumi } from "../lab/pulumi";
import { exampleConfig, homelabOf, uncommented } from "../unit/stacks/exampleConfig";

const repository = resolve(__dirname, "../..");

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
