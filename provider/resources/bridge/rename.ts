import { type Facts, type Link, linkNamed, ports } from "../../host/facts/facts";
import type { Change } from "../../host/transaction/change";
import { addressingOn, toBridge } from "../../plan/link/batch";
import { bridgeFilePath, networkFileName } from "../../plan/netplan/bridgeFile";
import { definedIds } from "../../plan/netplan/definition";
import { identityPath } from "../../plan/netplan/identity";
import { saidMtu } from "../../plan/netplan/mtu";
import { Refusal } from "../../plan/refusal";
import type { BridgeInputs } from "./definition";
import { type BridgePlan, fileText, ownRecord, planBridge, recordPath } from "./plan";

export interface RenamePlan extends BridgePlan {
  /** The bridge under its name until now. */
  readonly from: Link;
}

/**
 * A bridge under another name: for the kernel and netplan another bridge, which gets the ports, the addresses and the
 * DHCP identity of the one that goes. A device that is up can't be renamed (ip-link(8)).
 */
export function planRename(facts: Facts, inputs: BridgeInputs, owner: string, was: string): RenamePlan {
  const { name } = inputs;
  const record = ownRecord(facts, was, owner, false);
  const from = linkNamed(facts, was);
  if (!record || !from) throw new Refusal(`name: the host has no bridge ${was} to be renamed to ${name}.`);
  if (record.found)
    throw new Refusal(
      `name: ${was} can't become ${name}: it is defined in ${record.found.files.join(", ")}, by hand. Rename it there, then import it.`,
    );
  if (linkNamed(facts, name) || definedIds(facts.netplan).some(({ id }) => id === name))
    throw new Refusal(`name: ${was} can't become ${name}: the host has that already. Take another name.`);
  const plan = planBridge(asIfUnbridged(facts, from, record.uplink, name), inputs, owner);
  const others = ports(facts, was).filter((port) => port.name !== plan.uplink.name);
  const onFrom = addressingOn(facts, from);
  const own = [bridgeFilePath(was), identityPath(was)].filter((path) => fileText(facts, path) !== undefined);
  const before = {
    name: was,
    uplink: plan.uplink.name,
    macAddress: from.mac,
    stp: from.stp ?? false,
    forwardDelay: from.forwardDelay ?? 0,
    mtu: saidMtu(facts, was) === undefined ? undefined : from.mtu,
  };
  const into = (bridge: string) => others.map((port) => `link set dev ${port.name} master ${bridge}`);
  const change: Change = {
    ...plan.change,
    files: new Map([...plan.change.files, ...Object.entries(plan.config)]),
    remove: [...own, recordPath(was)],
    apply: [...plan.change.apply, ...into(name)],
    tidy: [],
    rollback: [...toBridge(before, onFrom), ...into(was)],
    createOnRollback: [was],
    deleteOnApply: [was],
    keepOnRollback: [networkFileName(was)],
    release: "both",
  };
  return { ...plan, change, from };
}

/** The host with the bridge's addresses on its uplink, and with its record and DHCP identity under the new name. */
function asIfUnbridged(facts: Facts, bridge: Link, uplink: string, name: string): Facts {
  const { addresses, lease, dhcp6Iaid } = bridge;
  const record = facts.records.get(bridge.name);
  const identity = facts.networkd.get(identityPath(bridge.name));
  return {
    ...facts,
    links: facts.links
      .filter((link) => link.name !== bridge.name)
      .map((link) => (link.name === uplink ? { ...link, master: undefined, addresses, lease, dhcp6Iaid } : link)),
    routes: facts.routes.map((route) => (route.device === bridge.name ? { ...route, device: uplink } : route)),
    netplan: new Map([...facts.netplan].filter(([path]) => path !== bridgeFilePath(bridge.name))),
    networkd: new Map([
      ...facts.networkd,
      ...(identity === undefined ? [] : [[identityPath(name), identity] as const]),
    ]),
    records: new Map(record && [[name, record]]),
  };
}
