import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureEngine } from "./ensureEngine";
import { folders } from "./folders";
import type { Host } from "./host";
import type { Release } from "./hostImage";
import { Lan } from "./lan";

/** `make lab`: a LAN with a KVM host and a virtual machine without a NIC, to try kvmnet on by hand. */
async function up(release: Release): Promise<void> {
  const engine = await ensureEngine();
  const lan = await Lan.start({ detached: true });
  const host = await lan.startHost({ name: "kvm1", release });
  const guest = await host.startGuest({ name: "web" });
  const { config, enter } = await writeHelpers(lan, host, engine);
  console.log(`
Lab ${lan.id}: ${host.name} (${release}) is ${host.address} on the LAN 192.0.2.0/24; its VM "${guest.name}" runs and has no NIC.

On the workstation 192.0.2.10, with pulumi on its PATH and a state of its own:
  ${enter}
A command there, and the host as root:
  ${enter} pulumi about
  ${enter} ssh -F ${config} ${host.name}

For the provider's connection:
  host:       ${host.address}
  user:       root
  privateKey: the text of ${lan.sshKeyPath}
  hostKey:    ${host.hostKey}

make lab-down takes it away.`);
}

async function writeHelpers(lan: Lan, host: Host, engine: string): Promise<{ config: string; enter: string }> {
  const folder = folders.run(lan.id);
  const [config, known, enter] = ["ssh_config", "known_hosts", "enter"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(known, host.knownHosts());
  await writeFile(
    config,
    `Host ${host.name}\n  HostName ${host.address}\n  User root\n  IdentityFile ${lan.sshKeyPath}\n  UserKnownHostsFile ${known}\n`,
  );
  await writeFile(
    enter,
    `#!/bin/sh
export PATH="${engine}:$PATH" PULUMI_HOME="${folder}/pulumi" PULUMI_BACKEND_URL="file://${folder}/pulumi"
export PULUMI_CONFIG_PASSPHRASE="\${PULUMI_CONFIG_PASSPHRASE-lab}" PULUMI_SKIP_UPDATE_CHECK=1
export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true
mkdir -p "${folder}/pulumi"
[ $# -gt 0 ] || set -- "\${SHELL:-/bin/sh}"
exec ip netns exec ${lan.engine.name} "$@"
`,
  );
  await chmod(enter, 0o755);
  return { config, enter };
}

void up(process.argv[2] === "trixie" ? "trixie" : "bookworm");
