import type { Facts } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { Handling, Restoration, TakeOver } from "../backend";
import { bridgeUnit } from "../bridgeFiles";
import type { NetplanDefinition } from "../entry/definition";
import { hadBefore } from "../joining";
import { identityPath, needIdentity } from "../netplan/identity";
import { portUnits } from "./units";

/** A link that networkd has, by netplan's files or its own: it keeps its addresses while networkd takes it over. */
export function byNetworkd(facts: Facts, unit: string, uplink: Link, entry: NetplanDefinition): Handling {
  return {
    owner: undefined,
    unit,
    planTakeOver(joining) {
      const { joins, dhcp4, onUplink } = joining;
      if (joins && dhcp4 && !facts.networkd.has(identityPath(unit))) needIdentity(uplink, onUplink);
      return { keepOnApply: [unit], keepOnRollback: hadBefore(joining, unit, portUnits(entry, uplink)) };
    },
  };
}

/** Of a NIC that is none of a bridge's any more. */
export function planNetworkdTakeOver(
  facts: Facts,
  bridge: string,
  uplink: Link,
  original: NetplanDefinition,
): TakeOver & Pick<Restoration, "unit" | "owner"> {
  const units = portUnits(original, uplink);
  return { keepOnApply: units, keepOnRollback: [bridgeUnit(facts, bridge)], unit: units[0] ?? "", owner: undefined };
}
