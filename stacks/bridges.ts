import type { Resource } from "@pulumi/pulumi";
import { connectionAfter } from "../components/connection";
import { HostBridge, type HostBridgeArgs } from "../index";
import type { HostConfig } from "./config";

/**
 * A host's bridges, by interface name. The one that says no uplink is on the NIC with the default route, by which most
 * hosts are reached: it comes after all others, so that a failure of theirs finds the connection as it was.
 */
export function makeBridges(
  host: string,
  { bridge, bridges }: Pick<HostConfig, "bridge" | "bridges">,
  connection: NonNullable<HostBridgeArgs["connection"]>,
  dependsOn: readonly Resource[],
): Record<string, HostBridge> {
  const options = { dependsOn: [...dependsOn] };
  const wanted = [
    ...(bridge ? [{ resource: host, args: bridge }] : []),
    ...Object.entries(bridges).map(([name, args]) => ({ resource: `${host}/${name}`, args: { ...args, name } })),
  ];
  const [last, others] = [false, true].map((said) =>
    wanted.filter(({ args }) => (args.uplink !== undefined) === said),
  ) as [typeof wanted, typeof wanted];
  const made: Record<string, HostBridge> = {};
  for (const { resource, args } of others) made[args.name] = new HostBridge(resource, { ...args, connection }, options);
  const after = Object.values(made).reduce<typeof connection>(
    (way, { name }) => connectionAfter({ hostId: name }, way),
    connection,
  );
  for (const { resource, args } of last)
    made[args.name] = new HostBridge(resource, { ...args, connection: after }, options);
  return made;
}

/** The bridge of what names none: that of the short form, or the only one. */
export function usualBridge({ bridge, bridges }: Pick<HostConfig, "bridge" | "bridges">): string | undefined {
  if (bridge) return bridge.name;
  const [only, ...others] = Object.keys(bridges);
  return others.length === 0 ? only : undefined;
}
