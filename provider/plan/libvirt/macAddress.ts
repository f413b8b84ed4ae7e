import { createHash } from "node:crypto";

/** 52:54:00, QEMU's usual prefix, and a hash: the same NIC of the same VM has the same address each time it is made. */
export function stableMac(machineId: string, domainId: string, name: string): string {
  const hash = createHash("sha256").update([machineId, domainId, name].join("\0")).digest("hex");
  return `52:54:00:${hash.slice(0, 2)}:${hash.slice(2, 4)}:${hash.slice(4, 6)}`;
}
