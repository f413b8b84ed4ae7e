import { addressingOf } from "../../backends/entry/addressing";
import { findDefinition } from "../../backends/entry/definition";
import { bridgeFilesIn, networkFileName } from "../../backends/netplan/bridgeFile";
import { type Facts, linkNamed } from "../../host/facts/facts";
import { noUplink } from "../../host/facts/records";
import type { Change } from "../../host/transaction/change";
import { addressingOn } from "../../kernel/addressingOn";
import { kernelChange } from "../../kernel/kernelChange";
import { lossesOf } from "../../plan/impact/losses";
import { probesFor } from "../../plan/probes";
import { Refusal } from "../../schema/refusal";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { recordPath } from "./files";
import { undoneBy } from "./network";
import { needNetwork } from "./site";
import { isMadeFor, parentFile } from "./virtualUplink";

/** How a bridge goes that had its uplink to itself. */
export interface DissolvePlan extends Pick<BridgePlan, "change" | "planned" | "losses"> {
  /** Links that are no more then. */
  readonly gone: readonly string[];
}

/** Whether a bridge has this uplink to itself, or has none: no NIC gets anything back from it. */
export function isVirtualUplink(facts: Facts, name: string, uplink: string): boolean {
  return uplink === noUplink || isMadeFor(facts, name, uplink);
}

/** The bridge goes, and the VLAN that was made for it. */
export function planDissolve(
  facts: Facts,
  name: string,
  uplink: string,
  confirm: BridgeInputs["confirm"],
): DissolvePlan {
  needNetwork(facts, [name]);
  const bridge = linkNamed(facts, name);
  const over = bridge?.addresses.find(({ local }) => local === facts.sshAddress);
  if (over)
    throw new Refusal(
      `${name} has the address that this SSH connection comes in at (${over.local}), and it would go with it. Write another one of the host's into connection.host.`,
    );
  const vlan = linkNamed(facts, uplink);
  const parents = vlan ? [parentFile(facts, vlan)] : [];
  const gone = [...(bridge ? [name] : []), ...(vlan ? [vlan.name] : [])];
  const entry = findDefinition(facts.netplan, name);
  const before = bridge ? addressingOn(facts, bridge).routes : [];
  const was = entry ? addressingOf(entry) : {};
  const losses = lossesOf(facts, { links: [name], before, after: [], was, stanza: {} });
  const { probes, required } = probesFor(facts, losses, [], confirm.probes);
  const change: Change = {
    files: new Map(),
    remove: [...bridgeFilesIn(facts.netplan, name), recordPath(name)],
    ...kernelChange(facts, { links: [], gone }),
    leaving: [],
    keepOnApply: parents,
    keepOnRollback: [networkFileName(name), ...parents],
    release: "none",
    ...{ probes, required, proofs: [] },
    ...undoneBy(confirm),
  };
  return { change, gone, losses, planned: { device: name, dropped: [], addresses: [], dhcp4: false, leased: [] } };
}

/** What is not gone yet. */
export function findDissolveDifferences(facts: Facts, { gone }: DissolvePlan): string[] {
  return gone.filter((name) => linkNamed(facts, name)).map((name) => `${name} is still there`);
}
