import { existsSync } from "node:fs";
import { join } from "node:path";
import { labEnvironment, must } from "./command";
import { fileLock } from "./fileLock";
import { folders } from "./folders";

/** A program or file that the lab uses, and the Debian package that brings it. */
const needs: Readonly<Record<string, string>> = {
  mmdebstrap: "mmdebstrap",
  "systemd-nspawn": "systemd-container",
  dnsmasq: "dnsmasq-base",
  ip: "iproute2",
  nft: "nftables",
  ssh: "openssh-client",
  ping: "iputils-ping",
  cpio: "cpio",
  gzip: "gzip",
  jq: "jq",
  nsenter: "util-linux",
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-img": "qemu-utils",
  mke2fs: "e2fsprogs",
  "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
};

/** Installs what the lab needs and the machine lacks, so that a new machine needs one command. */
export async function ensurePackages(): Promise<void> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error("The lab boots hosts in network namespaces: it needs Linux and root.");
  }
  if (missing().length === 0) {
    return;
  }
  await using _ = await fileLock(join(folders.runs, "packages.lock"));
  const packages = missing();
  if (packages.length === 0) {
    return;
  }
  const apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"];
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await must([...apt, "update"], { env });
  await must([...apt, "install", "-y", "--no-install-recommends", ...packages], { env });
}

function missing(): string[] {
  const path = (labEnvironment().PATH ?? "").split(":").filter(Boolean);
  const has = (need: string) =>
    need.startsWith("/") ? existsSync(need) : path.some((folder) => existsSync(join(folder, need)));
  return Object.entries(needs)
    .filter(([need]) => !has(need))
    .map(([, name]) => name);
}
