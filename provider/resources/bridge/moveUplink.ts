import { backendOf, entryBefore, owningDefinition } from "../../backends/backends";
import { addressingOf, withAddressing, withoutAddressing } from "../../backends/entry/addressing";
import { findDefinition, type NetplanDefinition } from "../../backends/entry/definition";
import { networkFileName } from "../../backends/netplan/bridgeFile";
import { identityPath } from "../../backends/netplan/identity";
import { uplinkMtuWithoutBridge } from "../../backends/netplan/mtu";
import { refusePattern } from "../../backends/netplan/refuse";
import { type Facts, linkNamed, recordOf } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { addressingOn } from "../../kernel/addressingOn";
import { kernelChange } from "../../kernel/kernelChange";
import { presentName, resolveUplink } from "../../plan/link/uplink";
import { Refusal } from "../../schema/refusal";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { planBridge } from "./plan";
import { requireOwnRecord } from "./site";
import { nicNamed, refuseOtherKind, resolveVirtualUplink } from "./virtualUplink";
import { vlanDropInsIn } from "./vlans";

export interface MovePlan extends BridgePlan {
  /** The NIC that was the bridge's port until now. */
  readonly insteadOf: string;
}

/** Whether a bridge that is there is to be on another NIC. */
export function movesUplink(facts: Facts, { name, uplink }: BridgeInputs): boolean {
  const was = recordOf(facts, name)?.uplink;
  if (was === undefined || typeof uplink !== "string" || resolveVirtualUplink(uplink, recordOf(facts, name)))
    return false;
  return resolveUplink(facts, name, uplink).name !== presentName(facts, name, was);
}

/**
 * The bridge stays, with its addresses, and gets another port instead of its uplink. The NIC that it leaves has no
 * addressing: that is the bridge's, and what destroy gives the new one.
 */
export function planMove(facts: Facts, inputs: BridgeInputs, owner: string): MovePlan {
  const { name } = inputs;
  const record = requireOwnRecord(facts, name, owner, false);
  refuseOtherKind(name, record, undefined);
  const from = linkNamed(facts, record?.uplink ?? "");
  if (!record || !from) throw new Refusal(`uplink: the host has no NIC ${record?.uplink} any more that ${name} is on.`);
  const to = resolveUplink(facts, name, nicNamed(inputs.uplink));
  if (record.found)
    throw new Refusal(
      `uplink: ${name} was made by hand on ${from.name} (${record.found.files.join(", ")}), and stays there; write ${to.name} into its interfaces by hand, or take another bridge.`,
    );
  const original = entryBefore(facts, from, record.previousConfig);
  const target = owningDefinition(facts, to);
  refuseUnits(name, [
    [from, original],
    [to, target],
  ]);
  refusePattern(original, from);
  refusePattern(target, to);
  const bare = findDefinition(new Map([...facts.netplan, ...withoutAddressing(target)]), target.id) ?? target;
  const identity = facts.networkd.get(identityPath(networkFileName(name)));
  const previousConfig = {
    ...Object.fromEntries(withAddressing(bare, addressingOf(original))),
    ...(identity && { [identityPath(networkFileName(target.id))]: identity }),
  };
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
    { insteadOf: from.name },
  );
  const mtu = uplinkMtuWithoutBridge(facts, name, from, original);
  const kernel = { ...plan.target, links: [{ name: from.name, master: null, mtu }, ...plan.target.links] };
  const change = {
    ...plan.change,
    ...kernelChange(facts, kernel),
    remove: [
      ...plan.change.remove,
      ...vlanDropInsIn(facts, name, [original.id]).filter((path) => !(path in plan.config)),
    ],
    keepOnRollback: [networkFileName(name)],
    release: "both" as const,
  };
  const sentences = addressingOn(facts, to)
    .routes.filter(({ destination, gateway }) => destination === "default" && gateway !== undefined)
    .map(({ gateway }) => `the default route via ${gateway} goes away with the addressing of ${to.name}`);
  const losses = { ...plan.losses, sentences: [...plan.losses.sentences, ...sentences] };
  return { ...plan, change, target: kernel, losses, insteadOf: from.name };
}

/** @throws Refusal where one of the NICs is not netplan's */
function refuseUnits(name: string, nics: readonly (readonly [Link, NetplanDefinition])[]): void {
  const [nic] = nics.filter(([, definition]) => backendOf(definition).name !== "netplan");
  if (nic)
    throw new Refusal(
      `uplink: ${name} moves between NICs of netplan's alone, and ${nic[0].name} is ${backendOf(nic[1]).name}'s by ${nic[1].places[0]?.path}. Destroy ${name} first, and make it anew there.`,
    );
}
