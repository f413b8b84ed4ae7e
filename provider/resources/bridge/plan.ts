import { asksDhcp } from "../../backends/ifupdown/carried";
import { clientOf, handOver } from "../../backends/ifupdown/handOver";
import { isIfupdowns, upLacks } from "../../backends/ifupdown/owner";
import { networkFileName } from "../../backends/netplan/bridgeFile";
import { identityPath, needIdentity } from "../../backends/netplan/identity";
import { foundUnit, portUnits } from "../../backends/networkd/units";
import { leaseOver } from "../../backends/networkManager/lease";
import { bridgeProfile, portProfile } from "../../backends/networkManager/paths";
import { profileId, profilesNow } from "../../backends/networkManager/profiles";
import { type Facts, ports, recordOf, runningOn } from "../../host/facts/facts";
import type { Change } from "../../host/transaction/change";
import { cidrOf } from "../../host/transaction/readdressing";
import { kernelChange } from "../../kernel/transition";
import { demandsOf } from "../../plan/impact/standing";
import { missing, unlikeMtu } from "../../plan/link/missing";
import { strayTaps } from "../../plan/link/taps";
import { probesFor } from "../../plan/probes";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { filesFor } from "./files";
import { planMade } from "./madePlan";
import { madeUplink } from "./madeUplink";
import { networkFor, undoneBy } from "./network";
import { siteOf, type Taking } from "./site";

/** To the bridge as wanted, from whatever there is: nothing, or the bridge of an earlier change. */
export function planBridge(facts: Facts, inputs: BridgeInputs, owner: string, taking: Taking = {}): BridgePlan {
  const made = madeUplink(inputs.uplink, recordOf(facts, inputs.name));
  if (made !== undefined) return planMade(facts, inputs, made, owner, taking);
  const site = siteOf(facts, inputs, owner, taking);
  const { found, uplink, port, units, stanzas, profile, there, onUplink, onBridge } = site;
  const { name } = inputs;
  const isTheirs = found !== undefined && isIfupdowns(found.own);
  const unit = stanzas || isTheirs ? name : (units?.bridge ?? foundUnit(found) ?? networkFileName(name));
  const written = filesFor(site, inputs, owner);
  const { wanted, config, previousConfig, record } = written;
  const joins = uplink.master !== name;
  if (joins && wanted.dhcp4 && !stanzas && !profile && !facts.networkd.has(identityPath(unit)))
    needIdentity(uplink, onUplink);
  const leased = stanzas && asksDhcp(stanzas);
  if (leased && !joins) clientOf(facts, name);
  const { leaving, ...network } = networkFor(site, inputs, written);
  const demanded = probesFor(facts, network.losses, wanted.gateways, inputs.confirm.probes);
  const { insteadOf = name } = taking;
  const { inside, ...demands } = demandsOf(facts, [...new Set([uplink.name, name, insteadOf])], demanded, [
    ...onUplink.addresses,
    ...onBridge.addresses,
  ]);
  const change: Change = {
    files: written.files,
    remove: written.remove,
    ...kernelChange(facts, network.target),
    ...(wanted.owner && { owner: wanted.owner }),
    ...(profile && wanted.dhcp4 && joins && { handOver: leaseOver(facts, uplink.name, name, wanted.macAddress) }),
    ...(leased && joins && { handOver: handOver(facts, uplink.name, name, wanted.macAddress) }),
    leaving: leaving.map(cidrOf),
    // What ifupdown has up by the user's file, it need not be told of: to bring it up again throws VMs out of it.
    keepOnApply: isTheirs && upLacks(facts, name) === undefined ? [] : [unit],
    keepOnRollback: isTheirs
      ? []
      : [...(there ? [unit] : []), ...(!there || onUplink.addresses.length > 0 ? portUnits(port, uplink) : [])],
    release: uplink.master === name ? "none" : "rollback",
    ...demands,
    ...undoneBy(inputs.confirm),
    ...(profile && byProfiles(facts, name, uplink.name)),
  };
  return {
    ...{ change, uplink, wanted, config, previousConfig, record, inside, ...network },
    differences: [...missing(facts, wanted), ...unlikeMtu(facts, wanted), ...written.differences],
    found: found?.own.places.map(({ path }) => path) ?? [],
    strays: there?.kind === "bridge" ? strayTaps(facts, name) : [],
  };
}

/** Which profiles NetworkManager is to have the links by, there and back. */
function byProfiles(facts: Facts, bridge: string, uplink: string): Pick<Change, "keepOnApply" | "keepOnRollback"> {
  return {
    keepOnApply: [
      `${bridge} ${profileId(facts, bridgeProfile(bridge))}`,
      `${uplink} ${profileId(facts, portProfile(bridge))}`,
    ],
    keepOnRollback: profilesNow(facts, [bridge, uplink]),
  };
}

/** Names of VMs that run on a bridge. */
export function runningVms(facts: Facts, bridge: string): string[] {
  return runningOn(facts, new Set(ports(facts, bridge).map((port) => port.name))).map((domain) => domain.name);
}
