import { readKvmnetMtu } from "../../backends/netplan/mtu";
import { netplanId } from "../../backends/netplan/netplanId";
import { type Facts, fixedPorts, linkNamed, recordOf } from "../../host/facts/facts";
import { need } from "../../host/facts/unreadable";
import { defaultUplink } from "../../plan/link/uplink";
import type { Connection } from "../../schema/connection";
import { interfaceName } from "../../schema/names";
import { parseImportId } from "../importId";
import type { Operation, ReadResult } from "../lifecycle";
import { importHolder } from "../ownership/whose";
import { pinHostKey } from "../pinHostKey";
import { type BridgeInputs, type BridgeState, bridge } from "./definition";
import { bridgeState } from "./model";
import { markedBridge } from "./owner";
import { planBridge } from "./plan";
import { virtualUplinkOf } from "./virtualUplink";
import { vlansWritten } from "./vlans";

const form = { resource: "Bridge", example: "kvm1.example/br0", parts: { bridge: interfaceName } };

/** A bridge that the host has. Nothing is written: the record comes with the first change. */
export async function importBridge(
  operation: Operation,
  id: string,
  defaults: Partial<Connection>,
): Promise<ReadResult<Partial<BridgeInputs>, BridgeState>> {
  const { connection, bridge: name } = parseImportId(id, form, defaults);
  const { host, facts } = await operation.hosts.reachFacts(connection, { signal: operation.signal });
  if (!linkNamed(facts, name)) {
    need(facts, "links", [name]);
    const there = facts.links.filter(({ kind }) => kind === "bridge").map((link) => link.name);
    return { kind: "gone", why: `${host.label} has no bridge ${name}; it has ${there.join(", ") || "none"}.` };
  }
  const said = programOf(facts, name, connection);
  const inputs = bridge.inputs.parse(said);
  const thing = markedBridge(facts, name, connection);
  const plan = planBridge(facts, inputs, thing.mark?.owner ?? operation.urn);
  const own = { ...importHolder(operation, host, thing), hostKey: pinHostKey(host) };
  const state = bridgeState(facts, inputs, plan, plan.differences, own);
  return { kind: "there", id: `${facts.machineId}/${name}`, inputs: said, state };
}

/** As a program would say it: without what is the default, or is found again on the host. */
function programOf(
  facts: Facts,
  name: string,
  connection: Connection,
): Partial<BridgeInputs> & { connection: Connection } {
  const link = linkNamed(facts, name);
  const { stp = false, forwardDelay = 0 } = link ?? {};
  const [port] = fixedPorts(facts, name);
  const isDefault = port && defaultUplink(facts, name)?.name === port.name;
  const uplink = virtualUplinkOf(recordOf(facts, name)) ?? (isDefault ? undefined : port?.name);
  // A hand-made bridge's may be another one than its port's, which no program says.
  const mtu = readKvmnetMtu(facts, name);
  return {
    connection,
    ...(name !== "br0" && { name }),
    ...(uplink !== undefined && { uplink }),
    ...(stp && { stp }),
    ...(forwardDelay !== 0 && { forwardDelay }),
    ...(mtu !== undefined && { mtu }),
    ...vlansWritten(facts, name, port && netplanId(port)),
  };
}
