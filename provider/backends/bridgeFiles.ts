import { posix } from "node:path";
import type { Facts } from "../host/facts/facts";
import { isOfIfupdown } from "./ifupdown/owner";
import { bridgeFilesIn, networkFileName } from "./netplan/bridgeFile";
import { identityPath } from "./netplan/identity";
import { unitFilesIn } from "./networkd/units";
import { profilesOf } from "./networkManager/profiles";

/** networkd's file of a bridge that is there, or that netplan would make; of one of ifupdown's, its name. */
export function bridgeUnit(facts: Pick<Facts, "networkd" | "netplan">, bridge: string): string {
  if (isOfIfupdown(facts, bridge)) return bridge;
  const own = unitFilesIn(facts.networkd.keys(), bridge).find((path) => /-kvmnet-bridge-[^/]+\.network$/.test(path));
  return own === undefined ? networkFileName(bridge) : posix.basename(own);
}

/** All files that kvmnet has written of a bridge for whoever has it, and that are there. */
export function bridgeFilesOf(facts: Facts, bridge: string): string[] {
  const unit = bridgeUnit(facts, bridge);
  const identity = identityPath(unit);
  const ofUnit = unit === networkFileName(bridge) && facts.networkd.has(identity) ? [identity] : [];
  const files = [
    ...bridgeFilesIn(facts.netplan, bridge),
    ...unitFilesIn(facts.networkd.keys(), bridge),
    ...profilesOf(facts, bridge),
    ...ofUnit,
  ];
  return [...new Set(files)];
}
