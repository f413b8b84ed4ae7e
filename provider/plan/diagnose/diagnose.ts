import type { Facts } from "../../host/facts/facts";
import type { Heard } from "../../host/listen/listen";
import {
  addressOnPort,
  bridgeMac,
  bridgeWithoutAddress,
  findMovedAddresses,
  mtu,
  portDisabled,
  portHeldBack,
  portWithoutCarrier,
  wirelessPort,
} from "./bridges";
import { bridgeNfCall, forwardDrops, hookDrops } from "./filter";
import { type Check, checkNames, type Finding } from "./finding";
import { clientOnPort, ifupdownsNextBoot, pendingChange } from "./ifupdown";
import { bridgeGone, incompleteWayBack, netplanTry, unconfirmed, unpluggedNic } from "./leftovers";
import { networkManagersNextBoot } from "./networkManager";
import { addressingOnPort, cloudInit, nextBoot, nicRenamed } from "./nextBoot";
import { packetPath } from "./packetPath";
import { noDefaultRoute, noNameServer } from "./reach";
import { diagnoseTraffic } from "./traffic";
import { findUnreadableParts } from "./unreadable";
import { tapOutOfVlan, vlanNotOnUplink, vlanWithoutFiltering } from "./vlans";
import {
  findLiveDifferences,
  findMissingBridges,
  guestNotInBridge,
  libvirtSilent,
  linkDown,
  macvtap,
  networks,
  sameMac,
  tapNotInBridge,
  vmSilent,
} from "./vms";

const checks: readonly Check[] = [
  ...[
    portWithoutCarrier,
    portDisabled,
    addressOnPort,
    addressingOnPort,
    clientOnPort,
    bridgeGone,
    bridgeWithoutAddress,
    findMovedAddresses,
    portHeldBack,
    bridgeMac,
  ],
  ...[
    mtu,
    wirelessPort,
    noDefaultRoute,
    noNameServer,
    forwardDrops,
    hookDrops,
    packetPath,
    bridgeNfCall,
    nextBoot,
    ifupdownsNextBoot,
    networkManagersNextBoot,
    pendingChange,
    nicRenamed,
    cloudInit,
    netplanTry,
    libvirtSilent,
    networks,
  ],
  ...[
    tapNotInBridge,
    guestNotInBridge,
    linkDown,
    vmSilent,
    findLiveDifferences,
    sameMac,
    macvtap,
    findMissingBridges,
    vlanWithoutFiltering,
    tapOutOfVlan,
    vlanNotOnUplink,
    unconfirmed,
    incompleteWayBack,
    unpluggedNic,
    findUnreadableParts,
  ],
];

/**
 * What is wrong on a host, by what it says of itself and, where that was asked for, by what its links carry. From the wire
 * up to the VMs: what comes first is more often the cause of what comes after.
 */
export function diagnose(facts: Facts, heard: readonly Heard[] = []): Finding[] {
  const found = [...checks.flatMap((check) => check(facts)), ...diagnoseTraffic(facts, heard)];
  return found.sort((a, b) => checkNames.indexOf(a.check) - checkNames.indexOf(b.check));
}
