import { addressingOf, listOf, type Stanza } from "../../backends/entry/addressing";
import { findDefinition, readPlace } from "../../backends/entry/definition";
import { isBridgeFile } from "../../backends/netplan/bridgeFile";
import type { Facts } from "../../host/facts/facts";
import type { BridgeRecord } from "../../host/facts/records";
import { UnreadableFact } from "../../host/facts/unreadable";
import { presentName } from "../../plan/link/uplink";
import type { Connection } from "../../schema/connection";
import { Refusal } from "../../schema/refusal";
import type { BridgePlan } from "./bridgePlan";
import { type BridgeInputs, type BridgeState, bridge } from "./definition";
import { fileText } from "./files";
import { onlyTaps } from "./logPlan";
import { bridgeState } from "./model";
import { planBridge } from "./plan";
import { virtualUplinkOf } from "./virtualUplink";
import { vlansWritten } from "./vlans";

/** A bridge of kvmnet's that is not as its own files on the host have it: they are what its program said last. */
export interface Repair {
  /** The URN of the resource that the bridge belongs to. */
  readonly owner: string;
  readonly inputs: BridgeInputs;
  readonly state: BridgeState;
}

/**
 * Where the host's kernel is unlike them. Files that were changed by hand, and bridges that were made by hand, are their
 * program's: what is right of them, the host does not know.
 */
export function repairsOf(facts: Facts, connection: Connection): Repair[] {
  return [...facts.records].flatMap(([name, record]) => {
    try {
      return repairOf(facts, connection, name, record);
    } catch (error) {
      // What they want can't be told where they can't be read, or can't be had; the doctor has said why.
      if (error instanceof Refusal || error instanceof UnreadableFact) return [];
      throw error;
    }
  });
}

function repairOf(
  facts: Facts,
  connection: Connection,
  name: string,
  { owner, ownerId, uplink: recorded, vlan, found }: BridgeRecord,
): Repair[] {
  const definition = findDefinition(facts.netplan, name);
  const [place, ...others] = definition?.places ?? [];
  if (found || !definition || !place || others.length > 0 || !isBridgeFile(place.path, name)) return [];
  const { parameters, macaddress, mtu } = readPlace(place);
  const { stp, "forward-delay": forwardDelay } = (parameters ?? {}) as Stanza;
  const uplink = virtualUplinkOf({ uplink: recorded, vlan }) ?? presentName(facts, name, recorded);
  const [port] = listOf(readPlace(place).interfaces);
  const vlans = vlansWritten(facts, name, port === undefined ? undefined : String(port));
  const link = { name, uplink, macAddress: macaddress, mtu, stp, forwardDelay, ...vlans };
  for (const addressing of ["inherit", inWords(addressingOf(definition))]) {
    const said = { connection, ...link, addressing };
    const { data: inputs } = bridge.inputs.safeParse(said);
    const plan = inputs && planBridge(facts, inputs, owner);
    if (!plan || !isWritten(facts, plan)) continue;
    if (plan.differences.length === 0 || onlyTaps(plan)) return [];
    return [{ owner, inputs, state: bridgeState(facts, inputs, plan, plan.differences, { ownerId, ownerUrn: owner }) }];
  }
  return [];
}

const isWritten = (facts: Facts, { config }: BridgePlan) =>
  Object.entries(config).every(([path, text]) => fileText(facts, path) === text);

/** The other way round of `stanzaOf`; what it leaves out stays as it is. */
function inWords({ "accept-ra": acceptRa, dhcp4, dhcp6, addresses }: Stanza): unknown {
  return { acceptRa, dhcp4, dhcp6, addresses };
}
