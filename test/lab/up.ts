import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { describeFailure, run } from "./command";
import { ensureEngine } from "./ensureEngine";
import { folders } from "./folders";
import type { Host } from "./host";
import type { Release } from "./hostImage";
import { Lan } from "./lan";
import { releaseNamed } from "./releases";

const repository = resolve(__dirname, "../..");

/** `make lab`: a LAN with a KVM host and a virtual machine without a NIC, to try kvmnet on by hand. */
async function up(release: Release): Promise<void> {
  const engine = await ensureEngine(["yaml"]);
  const lan = await Lan.start({ detached: true });
  const host = await lan.startHost({ name: "kvm1", release });
  const guest = await host.startGuest({ name: "web" });
  const { folder, enter } = await furnish(lan, host, engine);
  console.log(`
Lab ${lan.id}: ${host.name} (${release}) is ${host.address} on the LAN 192.0.2.0/24; its VM "${guest.name}" runs and has no NIC.

You are on the LAN's workstation 192.0.2.10 with
  ${enter}
which has pulumi on its PATH, a state and a login of its own, and starts in ${join(folder, "stack")},
where a YAML program puts the VM on the LAN. There:
  pulumi preview
  pulumi up
  kvmnet doctor ${host.name}
  kvmnet topology ${host.name}
  ssh ${host.name}
  pulumi destroy
A single command goes behind it: ${enter} pulumi preview

make lab-down takes it away.`);
}

/** A home with a login for the host, a stack, and the command that leads there. */
async function furnish(lan: Lan, host: Host, engine: string): Promise<{ folder: string; enter: string }> {
  const folder = folders.run(lan.id);
  const [ssh, stack, bin] = ["home/.ssh", "stack", "bin"].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [ssh, stack, bin, join(folder, "pulumi")]) await mkdir(path, { recursive: true, mode: 0o700 });
  await copyFile(lan.sshKeyPath, join(ssh, "id_ed25519"));
  await chmod(join(ssh, "id_ed25519"), 0o600);
  await writeFile(join(ssh, "known_hosts"), host.knownHosts());
  const config = join(ssh, "config");
  await writeFile(
    config,
    `Host ${host.name}\n  HostName ${host.address}\n  User root\n  IdentityFile ${join(ssh, "id_ed25519")}\n  UserKnownHostsFile ${join(ssh, "known_hosts")}\n`,
  );
  await writeStack(stack, host.name);
  await script(join(bin, "kvmnet"), `exec "${process.execPath}" "${join(repository, "cli/dist/main.js")}" "$@"`);
  // ssh(1) takes the home of the password file, whatever HOME says.
  await script(join(bin, "ssh"), `exec /usr/bin/ssh -F "${config}" "$@"`);
  const enter = join(folder, "enter");
  await script(
    enter,
    `export PATH="${bin}:${engine}:$PATH" HOME="${join(folder, "home")}"
export PULUMI_HOME="${folder}/pulumi" PULUMI_BACKEND_URL="file://${folder}/pulumi"
export PULUMI_CONFIG_PASSPHRASE="\${PULUMI_CONFIG_PASSPHRASE-lab}" PULUMI_SKIP_UPDATE_CHECK=1
export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true
unset SSH_AUTH_SOCK
cd "${stack}"
[ $# -gt 0 ] || set -- "\${SHELL:-/bin/sh}"
exec ip netns exec ${lan.engine.name} "$@"`,
  );
  const made = await run([enter, "pulumi", "stack", "init", "lab"]);
  if (made.code !== 0) throw new Error(describeFailure(made));
  return { folder, enter };
}

/** examples/yaml's, on the lab's host. */
async function writeStack(folder: string, host: string): Promise<void> {
  const example = parse(await readFile(join(repository, "examples/yaml/Pulumi.yaml"), "utf8"));
  const plugins = { providers: [{ name: "kvmnet", path: join(repository, "provider") }] };
  await writeFile(join(folder, "Pulumi.yaml"), stringify({ ...example, plugins }, { lineWidth: 0 }));
  await writeFile(join(folder, "Pulumi.lab.yaml"), stringify({ config: { [`${example.name}:host`]: host } }));
}

async function script(path: string, text: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
}

up(releaseNamed(process.argv[2])).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
