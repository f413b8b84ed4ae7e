import type { Resource } from "@pulumi/pulumi";
import { connectionAfter } from "../components/connection";
import { HostBridge, type HostBridgeArgs } from "../index";
import { bridge as definition } from "../provider/resources/bridge/definition";
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
  const short = bridge ? undefined : onceShort(bridges);
  const wanted = [
    ...(bridge ? [{ resource: host, args: bridge, before: `${host}/${bridge.name}` }] : []),
    ...Object.entries(bridges).map(([name, args]) => ({
      ...{ resource: `${host}/${name}`, args: { ...args, name }, before: name === short ? host : undefined },
    })),
  ];
  const optionsOf = (before: string | undefined) => ({
    dependsOn: [...dependsOn],
    aliases: before === undefined ? [] : [{ name: before }],
  });
  const [last, others] = [false, true].map((said) =>
    wanted.filter(({ args }) => (args.uplink !== undefined) === said),
  ) as [typeof wanted, typeof wanted];
  const made: Record<string, HostBridge> = {};
  for (const { resource, args, before } of others)
    made[args.name] = new HostBridge(resource, { ...args, connection }, optionsOf(before));
  const after = Object.values(made).reduce<typeof connection>(
    (way, { name }) => connectionAfter({ hostId: name }, way),
    connection,
  );
  for (const { resource, args, before } of last)
    made[args.name] = new HostBridge(resource, { ...args, connection: after }, optionsOf(before));
  return made;
}

/** What a bridge is called that says no name. */
const usualName = definition.inputs.shape.name.parse(undefined);

/**
 * Which of several the short form was, before a config was moved from `bridge` to `bridges`: its resources go on under
 * their new names. The config of before is not known: it is the one of the short form's usual name, else the one that
 * says no uplink, as the short form mostly does, or that is alone.
 */
function onceShort(bridges: HostConfig["bridges"]): string | undefined {
  const names = Object.keys(bridges);
  if (names.includes(usualName)) return usualName;
  const [first, ...others] = names.length === 1 ? names : names.filter((name) => bridges[name]?.uplink === undefined);
  return others.length === 0 ? first : undefined;
}

/** The bridge of what names none: that of the short form, or the only one. */
export function usualBridge({ bridge, bridges }: Pick<HostConfig, "bridge" | "bridges">): string | undefined {
  if (bridge) return bridge.name;
  const [only, ...others] = Object.keys(bridges);
  return others.length === 0 ? only : undefined;
}
