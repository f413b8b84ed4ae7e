import { linkNamed } from "../../host/facts/facts";
import type { Backend, BridgedSite, BridgeOnNic, InFiles, NicSite, RestoredFiles } from "../backend";
import { addressingOf, withAddressing, withoutAddressing } from "../entry/addressing";
import { findDefinition, type NetplanDefinition } from "../entry/definition";
import { isIfupdowns } from "../ifupdown/owner";
import { byNetworkd, planNetworkdTakeOver } from "../networkd/handling";
import { isUnit } from "../networkd/units";
import { vlanDropIns } from "../networkd/vlans";
import { isProfiles } from "../networkManager/owner";
import { bridgeFilePath, bridgeFileText, networkFileName } from "./bridgeFile";
import { identityFiles } from "./identity";
import { isPattern, portEntry } from "./pattern";
import { refuseEntry, refuseKeys } from "./refuse";

/** A NIC that stands in netplan's files: the user's lose its addressing, which is the bridge's in kvmnet's. */
export const netplan: Backend = {
  name: "netplan",
  has: isNetplans,
  refuse: refuseEntry,
  configuration(site) {
    const { facts, bridge, uplink, entry } = site;
    if (uplink.master !== bridge) refuseKeys(entry, uplink);
    const current = findDefinition(facts.netplan, entry.id);
    const users = current ? withoutPortsAddressing(current) : new Map<string, string>();
    const isOfMany = isPattern(entry);
    const paths = isOfMany ? entry.places.map(({ path }) => path) : [...users.keys()];
    return {
      ...byNetworkd(facts, networkFileName(bridge), uplink, entry),
      // A pattern goes on as it is for all other NICs: nothing of it is taken out.
      edits: !isOfMany,
      originals: paths.map((path) => [path, facts.netplan.get(path) ?? ""]),
      render: (wanted) => ({ kvmnetFiles: renderFiles(site, wanted), users, parts: {} }),
      describeDifference: (path) =>
        users.has(path) ? `gives the port ${uplink.name} addressing of its own` : "was changed by hand",
    };
  },
  renderRestored(site) {
    // A pattern is what it is now: it stands in the user's file as it did.
    return isPattern(site.entry) ? { files: new Map(), kept: [], entries: {} } : filesAgain(site);
  },
  planTakeBack: ({ facts, bridge, uplink }, { original }) => planNetworkdTakeOver(facts, bridge, uplink, original),
};

/** The user's files that give a port addressing, without it. */
export function withoutPortsAddressing(current: NetplanDefinition): Map<string, string> {
  return isNetplans(current) && !isPattern(current) ? withoutAddressing(current) : new Map();
}

/** Whether an entry is in no other owner's files alone. */
function isNetplans(entry: InFiles): boolean {
  return !isUnit(entry) && !isIfupdowns(entry) && !isProfiles(entry);
}

function renderFiles({ facts, bridge, uplink, entry }: NicSite, wanted: BridgeOnNic): Record<string, string> {
  const port = portEntry(entry, uplink);
  const { stanza, vlans } = wanted;
  const identity = identityFiles(facts, networkFileName(bridge), linkNamed(facts, bridge) ?? uplink, uplink, stanza);
  return {
    [bridgeFilePath(facts.netplan, { ...wanted, port })]: bridgeFileText({ ...wanted, port, addressing: stanza }),
    ...(vlans?.filtering && vlanDropIns(bridge, port.id, vlans.uplink)),
    ...identity,
  };
}

/** The user's files byte for byte; into one that was changed by hand since, only the addressing goes back. */
function filesAgain({ facts, entry: original, previousConfig }: BridgedSite): RestoredFiles {
  const stripped = withoutAddressing(original);
  const changed = Object.keys(previousConfig).filter(
    (path) =>
      facts.netplan.get(path) !== undefined &&
      facts.netplan.get(path) !== stripped.get(path) &&
      facts.netplan.get(path) !== previousConfig[path],
  );
  const files = new Map(Object.entries(previousConfig));
  const current = findDefinition(facts.netplan, original.id);
  for (const path of changed) {
    const place = original.places.find((one) => one.path === path);
    const here = current?.places.filter((one) => one.path === path);
    if (!place || !here?.length) continue;
    const before = addressingOf({ ...original, places: [place] });
    const text = withAddressing({ ...original, places: here }, before).get(path);
    if (text !== undefined) files.set(path, text);
  }
  return { files, kept: changed };
}
