import { createHash } from "node:crypto";

/** What makes a NIC the same one: of a resource that bears the same name in another stack, it is another. */
export interface NicIdentity {
  readonly machineId: string;
  readonly domainId: string;
  readonly project?: string | undefined;
  readonly stack?: string | undefined;
  readonly name: string;
}

/** 52:54:00, QEMU's usual prefix, and a hash: the same NIC of the same VM has the same address each time it is made. */
export function stableMac({ machineId, domainId, project, stack, name }: NicIdentity): string {
  const place = project === undefined || stack === undefined ? [] : [project, stack];
  const hash = createHash("sha256")
    .update([machineId, domainId, ...place, name].join("\0"))
    .digest("hex");
  return `52:54:00:${hash.slice(0, 2)}:${hash.slice(2, 4)}:${hash.slice(4, 6)}`;
}
