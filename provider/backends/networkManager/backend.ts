import { isMadeByNetplan } from "../../host/facts/inNetworkManagersWords";
import { Refusal } from "../../schema/refusal";
import type { Backend, BridgeOnNic, NicSite } from "../backend";
import { addressingOf } from "../entry/addressing";
import { expectAddressing } from "../entry/wanted";
import { bringsLease } from "../joining";
import { refuseKeys } from "../netplan/refuse";
import { refuseDhcp } from "../refuseDhcp";
import { asNetworkManagerSets } from "./kernel";
import { leaseOver } from "./lease";
import { isProfiles, refuseProfile } from "./owner";
import { bridgeProfile, portProfile } from "./paths";
import { bridgedProfiles, metricNow, profileId, profilesNow, type UplinkProfile, uuidOf } from "./profiles";

/** A NIC that NetworkManager has by a profile of the user's, which stays as it is: kvmnet's two come before it. */
export const networkManager: Backend = {
  name: "NetworkManager",
  has: isProfiles,
  refuse: refuseProfile,
  configuration(site) {
    const { facts, bridge, uplink, entry, record } = site;
    if (uplink.master !== bridge) refuseKeys(entry, uplink);
    const [{ path = "" } = {}] = entry.places;
    const profile = { path, text: record?.previousConfig[path] ?? facts.keyfiles.get(path) ?? "" };
    return {
      owner: "NetworkManager",
      unit: bridge,
      edits: false,
      originals: [[profile.path, profile.text]],
      render: (wanted) => ({ kvmnetFiles: renderFiles(site, profile, wanted), users: new Map(), parts: {} }),
      describeDifference: () => "was changed by hand",
      asSet: (addressing) => asNetworkManagerSets(addressing, metricNow(facts, bridge, uplink)),
      planTakeOver: (joining) => ({
        ...(joining.dhcp4 &&
          bringsLease(joining) && { handOver: leaseOver(facts, uplink.name, bridge, joining.macAddress) }),
        keepOnApply: [
          `${bridge} ${profileId(facts, bridgeProfile(bridge))}`,
          `${uplink.name} ${profileId(facts, portProfile(bridge))}`,
        ],
        keepOnRollback: profilesNow(facts, [bridge, uplink.name]),
      }),
    };
  },
  /** By the user's profile again, as that is now; where it is gone, as it was. */
  renderRestored({ facts, uplink, previousConfig }) {
    const lost = Object.keys(previousConfig).find((path) => isMadeByNetplan(path) && !facts.keyfiles.has(path));
    if (lost !== undefined)
      throw new Refusal(
        `uplink: NetworkManager had ${uplink.name} by ${lost}, which netplan makes of its files, and they do not say it any more. Describe ${uplink.name} in /etc/netplan again, and run netplan generate.`,
      );
    const texts = Object.entries(previousConfig).map(
      ([path, text]) => [path, facts.keyfiles.get(path) ?? text] as const,
    );
    const files = new Map(texts.filter(([path]) => !facts.keyfiles.has(path)));
    return { files, kept: [], entries: Object.fromEntries(texts) };
  },
  planTakeBack({ facts, bridge, there, uplink }, { files, original, expected }) {
    const [{ path: unit = "" } = {}] = original.places;
    return {
      // Where it has none, NetworkManager asks anew.
      ...(expected.dhcp4 && there?.lease && { handOver: leaseOver(facts, bridge, uplink.name, uplink.mac) }),
      keepOnApply: [`${uplink.name} ${uuidOf(facts, unit, files.get(unit))}`],
      keepOnRollback: profilesNow(facts, [bridge, uplink.name]),
      unit,
      owner: "NetworkManager",
    };
  },
};

function renderFiles(
  { facts, entry }: NicSite,
  profile: UplinkProfile,
  { stanza, inherits, ...bridge }: BridgeOnNic,
): Record<string, string> {
  if (!inherits && expectAddressing(addressingOf(entry)).dhcp4)
    throw new Refusal(
      `addressing: ${profile.path} has the uplink ask DHCP, and for now such a bridge of NetworkManager's has what DHCP gives it alone. Leave addressing out.`,
    );
  if (!inherits) refuseDhcp(stanza, "NetworkManager");
  return bridgedProfiles(facts, profile, { ...bridge, addressing: inherits ? undefined : stanza });
}
