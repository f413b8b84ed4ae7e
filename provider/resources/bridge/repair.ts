import type { Facts } from "../../host/facts/facts";
import { presentName } from "../../plan/link/uplink";
import { addressingOf, type Stanza } from "../../plan/netplan/addressing";
import { bridgeFilePath } from "../../plan/netplan/bridgeFile";
import { findDefinition, saidIn } from "../../plan/netplan/definition";
import type { Connection } from "../connection";
import { type BridgeInputs, type BridgeState, bridge } from "./definition";
import { bridgeState } from "./model";
import { type BridgePlan, fileText, planBridge } from "./plan";
import { onlyTaps } from "./tell";

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
  return [...facts.records].flatMap(([name, { owner, uplink, found }]): Repair[] => {
    const definition = findDefinition(facts.netplan, name);
    if (found || definition?.places.length !== 1 || definition.places[0]?.path !== bridgeFilePath(name)) return [];
    const { parameters, macaddress, mtu } = saidIn(definition.places[0]);
    const { stp, "forward-delay": forwardDelay } = (parameters ?? {}) as Stanza;
    const link = { name, uplink: presentName(facts, name, uplink), macAddress: macaddress, mtu, stp, forwardDelay };
    for (const addressing of ["inherit", inWords(addressingOf(definition))]) {
      const said = { connection, ...link, addressing };
      const { data: inputs } = bridge.inputs.safeParse(said);
      const plan = inputs && planBridge(facts, inputs, owner);
      if (!plan || !isWritten(facts, plan)) continue;
      if (plan.differences.length === 0 || onlyTaps(plan)) return [];
      return [{ owner, inputs, state: bridgeState(facts, inputs, plan, plan.differences, undefined) }];
    }
    return [];
  });
}

const isWritten = (facts: Facts, { config }: BridgePlan) =>
  Object.entries(config).every(([path, text]) => fileText(facts, path) === text);

/** The other way round of `stanzaOf`. */
function inWords({ "accept-ra": acceptRa, nameservers, ...rest }: Stanza): unknown {
  return { acceptRa, nameservers: (nameservers as Stanza | undefined)?.addresses, ...rest };
}
