import { type Facts, linkNamed } from "../host/facts/facts";
import type { Link } from "../host/facts/links";
import type { Owner } from "../host/transaction/change";
import { bridgeUnit } from "./bridgeFiles";
import { isSelected } from "./ifupdown/carried";
import { upLacks } from "./ifupdown/owner";
import { bridgeProfile, portProfile } from "./networkManager/paths";

/** How a bridge is in no hands of who is to have it; undefined: it is. */
export function bridgeLacks(
  facts: Facts,
  bridge: Link,
  {
    unit,
    portUnit,
    owner,
    uplink = "",
  }: {
    readonly unit?: string | undefined;
    readonly portUnit?: string | undefined;
    readonly owner?: Owner | undefined;
    readonly uplink: string | undefined;
  },
): string | undefined {
  const { name, networkdState = "unknown", networkFile = "no file" } = bridge;
  if (owner === "ifupdown" || owner === "ifupdown2") return upLacks(facts, name);
  if (owner === "NetworkManager")
    return (
      profileLacks(facts, name, unit ?? bridgeProfile(name)) ??
      profileLacks(facts, uplink, portUnit ?? portProfile(name))
    );
  return inHandsOfNetworkd(bridge, unit ?? bridgeUnit(facts, name))
    ? undefined
    : `networkd has ${name} in state ${networkdState}, from ${networkFile}`;
}

/** The same of a NIC that has no bridge any more: by networkd's file, or NetworkManager's profile. */
export function nicLacks(facts: Facts, name: string, unit: string, owner: Owner | undefined): string | undefined {
  if (owner === "NetworkManager") return profileLacks(facts, name, unit);
  // One that no line brings up may be up all the same, as it was before.
  if (owner !== undefined) return isSelected(facts.interfaces, name) ? upLacks(facts, name) : undefined;
  const link = linkNamed(facts, name);
  return inHandsOfNetworkd(link, unit)
    ? undefined
    : `networkd has ${name} in state ${link?.networkdState ?? "unknown"}`;
}

/** And of a link whose last change was taken back: `told` is what NetworkManager was told, "br0 UUID". */
export function undoneLacks(
  facts: Facts,
  { name, networkdState }: Link,
  { owner, keepOnApply: told }: { readonly owner?: Owner | undefined; readonly keepOnApply: readonly string[] },
): string | undefined {
  if (owner === "ifupdown" || owner === "ifupdown2") return upLacks(facts, name);
  if (owner === "NetworkManager") {
    const { uuid, state } = facts.profiles.get(name) ?? {};
    const has = told.includes(`${name} ${uuid}`) && state === "activated";
    return has ? undefined : `NetworkManager does not have ${name} by its profile of before`;
  }
  return isNetworkds(networkdState) ? undefined : `networkd has ${name} in state ${networkdState ?? "unknown"}`;
}

/**
 * Whether networkd has taken a link over, from a file of this name. "configuring" will do: a link stays so for as
 * long as it waits for a router that does not advertise, 12 s, and its addresses are looked at for themselves.
 */
function inHandsOfNetworkd(link: Link | undefined, unit: string): boolean {
  return isNetworkds(link?.networkdState) && link?.networkFile?.endsWith(`/${unit}`) === true;
}

const isNetworkds = (state: string | undefined) => state === "configured" || state === "configuring";

/** How NetworkManager does not have a link by a profile; undefined: it has. */
function profileLacks({ profiles }: Pick<Facts, "profiles">, name: string, path: string): string | undefined {
  const { path: other, state } = profiles.get(name) ?? {};
  if (other === path && state === "activated") return undefined;
  return `NetworkManager has ${name} ${other === undefined ? "by no profile" : other === path ? `in state ${state}` : `by ${other}`} instead of by ${path}`;
}
