import { pack } from "tar-stream";
import { readScript } from "../script";
import type { Change, HandOver, Probe } from "./change";

const parts = [
  "transaction.sh",
  "kernel.sh",
  "files.sh",
  "netplan.sh",
  "networkd.sh",
  "ifupdown.sh",
  "ifupdown2.sh",
  "networkmanager.sh",
  "lease.sh",
  "probes.sh",
  "armed.sh",
  "back.sh",
  "kvmnet-boot.service",
].map((name): [string, string] => [name, readScript(__dirname, name)]);

/** The transaction's folder as a tar archive: transaction.sh says what each file is. */
export async function bundle(change: Change): Promise<Buffer> {
  const archive = pack();
  const chunks: Buffer[] = [];
  const done = new Promise<void>((resolve, reject) => {
    archive.on("data", (chunk) => chunks.push(chunk as Buffer));
    archive.on("end", () => resolve());
    archive.on("error", reject);
  });
  const lines = (values: readonly string[]) => values.map((value) => `${oneLine(value)}\n`).join("");
  const entries: [string, string][] = [
    ...parts,
    ["remove", lines(change.remove)],
    ["apply.batch", lines(change.apply)],
    ["rollback.batch", lines(change.rollback)],
    ["tidy.batch", lines(change.tidy)],
    ["apply.vlans", lines(change.vlansOnApply ?? [])],
    ["rollback.vlans", lines(change.vlansOnRollback ?? [])],
    ["leaving", lines(change.leaving)],
    ["create.apply", lines(change.createOnApply)],
    ["create.rollback", lines(change.createOnRollback)],
    ["delete.apply", lines(change.deleteOnApply)],
    ["delete.rollback", lines(change.deleteOnRollback)],
    ["keep.apply", lines(change.keepOnApply)],
    ["keep.rollback", lines(change.keepOnRollback)],
    ["probes", lines(change.probes.map(probeLine))],
    ["proofs", lines(change.proofs.map(probeLine))],
    ["required", lines(change.required.map(probeLine))],
    ["owner", lines([change.owner ?? "networkd"])],
    ["handover", lines(change.handOver ? [handOverLine(change.handOver)] : [])],
    ["release", lines([change.release])],
    ["timeout", lines([String(change.timeout)])],
    ["reboot", lines([change.reboot ? "yes" : "no"])],
  ];
  archive.entry({ name: "files", type: "directory", mode: 0o755 });
  for (const [name, text] of entries) archive.entry({ name, mode: 0o600 }, text);
  for (const [path, text] of change.files) archive.entry({ name: `files${path}`, mode: fileMode(path) }, text);
  archive.finalize();
  await done;
  return Buffer.concat(chunks);
}

const handOverLine = ({ client, from, to }: HandOver) => `${client} ${from} ${to}`;

/** As transaction.sh reads and prints it. */
export function probeLine(probe: Probe): string {
  switch (probe.kind) {
    case "dns":
      return "dns -";
    case "name":
      return `name ${probe.name}`;
    case "names":
      return `names ${probe.names.join(" ")}`;
    case "neighbours":
      return `neighbours ${probe.addresses.join(" ")}`;
    case "tcp":
      return `tcp ${probe.host} ${probe.port}`;
    default:
      return `${probe.kind} ${probe.address}`;
  }
}

/** networkd reads its files as its own user, cloud-init's are open too; netplan wants its own closed (netplan 1.0 warns otherwise), NetworkManager its profiles. */
function fileMode(path: string): number {
  if (path.startsWith("/etc/NetworkManager/dispatcher.d/")) return 0o755;
  return path.startsWith("/etc/systemd/network/") || path.startsWith("/etc/sysctl.d/") || path.startsWith("/etc/cloud/")
    ? 0o644
    : 0o600;
}

function oneLine(value: string): string {
  if (/[\n\r\0]/.test(value))
    throw new Error(`A line break in ${JSON.stringify(value)}: that can't be sent to a host.`);
  return value;
}
