import { linkNamed } from "../../host/facts/facts";
import { wholeUnit } from "../../host/facts/networkUnit";
import type { Backend, BridgeOnNic, NicSite } from "../backend";
import { identityFiles } from "../netplan/identity";
import { byNetworkd, planNetworkdTakeOver } from "./handling";
import { addressingText, halvesOf } from "./sections";
import { bridgeText, isUnit, netdevText, portText, type UnitNames, unitNames, unitPath, wholeUnitOf } from "./units";

type Texts = readonly (readonly [string, string])[];

/** A NIC that networkd has by a file of the user's, which stays as it is: kvmnet's come before it. */
export const networkd: Backend = {
  name: "networkd",
  has: isUnit,
  refuse: () => undefined,
  configuration(site) {
    const { facts, bridge, uplink, entry, record } = site;
    const names = unitNames(bridge, entry.places[0]?.path ?? "");
    const users = wholeUnitOf(facts, entry, record?.previousConfig);
    return {
      ...byNetworkd(facts, names.bridge, uplink, entry),
      edits: false,
      originals: users,
      render: (wanted) => ({ kvmnetFiles: renderFiles(site, names, users, wanted), users: new Map(), parts: {} }),
      describeDifference: () => "was changed by hand",
    };
  },
  /** By the user's file again, as that is now; where it is gone, as it was. */
  renderRestored({ facts, previousConfig }) {
    const path = Object.keys(previousConfig).find((one) => one.endsWith(".network")) ?? "";
    const isThere = facts.networkUnits.has(path);
    const now = isThere ? Object.fromEntries(wholeUnit(facts.networkUnits, path)) : previousConfig;
    const files = new Map(isThere ? [] : Object.entries(previousConfig));
    return { files, kept: [], entries: now };
  },
  planTakeBack: ({ facts, bridge, uplink }, { original }) => planNetworkdTakeOver(facts, bridge, uplink, original),
};

function renderFiles(
  { facts, bridge, uplink }: NicSite,
  names: UnitNames,
  users: Texts,
  wanted: BridgeOnNic,
): Record<string, string> {
  const own = halvesOf(users, uplink.name);
  const { stanza, inherits } = wanted;
  return {
    [unitPath(names.netdev)]: netdevText(wanted),
    [unitPath(names.bridge)]: bridgeText(wanted, inherits ? own.bridge : addressingText(stanza)),
    [unitPath(names.port)]: portText(wanted, uplink, own.port),
    ...identityFiles(facts, names.bridge, linkNamed(facts, bridge) ?? uplink, uplink, stanza),
  };
}
