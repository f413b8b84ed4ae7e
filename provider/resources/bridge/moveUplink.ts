import { type Facts, linkNamed } from "../../host/facts/facts";
import { owningDefinition } from "../../plan/addressing/owner";
import { addressingOn, takeOff, toUplink } from "../../plan/link/batch";
import { presentName, resolveUplink } from "../../plan/link/uplink";
import { addressingOf, withAddressing, withoutAddressing } from "../../plan/netplan/addressing";
import { networkFileName } from "../../plan/netplan/bridgeFile";
import { findDefinition } from "../../plan/netplan/definition";
import { identityPath } from "../../plan/netplan/identity";
import { mtuOfItsOwn } from "../../plan/netplan/mtu";
import { Refusal } from "../../plan/refusal";
import type { BridgeInputs } from "./definition";
import { type BridgePlan, netplanIn, ownRecord, planBridge } from "./plan";

export interface MovePlan extends BridgePlan {
  /** The NIC that was the bridge's port until now. */
  readonly insteadOf: string;
}

/** Whether a bridge that is there is to be on another NIC. */
export function movesUplink(facts: Facts, { name, uplink }: BridgeInputs): boolean {
  const was = facts.records.get(name)?.uplink;
  if (was === undefined || uplink === undefined) return false;
  return resolveUplink(facts, name, uplink).name !== presentName(facts, name, was);
}

/**
 * The bridge stays, with its addresses, and gets another port instead of its uplink. The NIC that it leaves has no
 * addressing: that is the bridge's, and what destroy gives the new one.
 */
export function planMove(facts: Facts, inputs: BridgeInputs, owner: string): MovePlan {
  const { name } = inputs;
  const record = ownRecord(facts, name, owner, false);
  const from = linkNamed(facts, record?.uplink ?? "");
  if (!record || !from) throw new Refusal(`uplink: the host has no NIC ${record?.uplink} any more that ${name} is on.`);
  const to = resolveUplink(facts, name, inputs.uplink);
  if (record.found)
    throw new Refusal(
      `uplink: ${name} was made by hand on ${from.name} (${record.found.files.join(", ")}), and stays there; write ${to.name} into its interfaces by hand, or take another bridge.`,
    );
  const netplan = new Map([...facts.netplan, ...netplanIn(record.previousConfig)]);
  const original = owningDefinition({ ...facts, netplan }, from);
  const target = owningDefinition(facts, to);
  const bare = findDefinition(new Map([...facts.netplan, ...withoutAddressing(target)]), target.id) ?? target;
  const identity = facts.networkd.get(identityPath(name));
  const previousConfig = {
    ...Object.fromEntries(withAddressing(bare, addressingOf(original))),
    ...(identity && { [identityPath(target.id)]: identity }),
  };
  const own = addressingOn(facts, to);
  const plan = planBridge(
    {
      ...facts,
      records: new Map([...facts.records, [name, { ...record, uplink: to.name, previousConfig, moved: true }]]),
      // What it has of its own goes away, and not over to the bridge.
      links: facts.links.map((link) =>
        link === to ? { ...link, addresses: [], lease: undefined, dhcp6Iaid: undefined } : link,
      ),
      routes: facts.routes.filter(({ device }) => device !== to.name),
    },
    inputs,
    owner,
  );
  const mtu = mtuOfItsOwn(facts, name, from, original);
  const change = {
    ...plan.change,
    // Out before the other one is in: on one LAN, two ports without STP are a loop.
    apply: [`link set dev ${from.name} nomaster`, `link set dev ${from.name} mtu ${mtu}`, ...plan.change.apply],
    tidy: [...plan.change.tidy, ...takeOff(to.name, own.addresses)],
    rollback: [
      ...plan.change.rollback,
      ...toUplink(to, own),
      `link set dev ${from.name} up mtu ${from.mtu} master ${name}`,
    ],
    keepOnRollback: [networkFileName(name)],
    release: "both" as const,
  };
  return { ...plan, change, insteadOf: from.name };
}
