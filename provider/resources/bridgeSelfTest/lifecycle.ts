import { linkNamed } from "../../host/facts/facts";
import { need } from "../../host/facts/unreadable";
import type { Host } from "../../host/host";
import { selfTest } from "../../host/selfTest/selfTest";
import { sentences } from "../../plan/diagnose/finding";
import { describeSelfTest, diagnoseSelfTest, selfTestOf } from "../../plan/diagnose/selfTest";
import { Refusal } from "../../schema/refusal";
import { isKnown } from "../../schema/unknown";
import type { Lifecycle, Operation } from "../lifecycle";
import { pinHostKey } from "../pinHostKey";
import { lookAtHost, reachHost, reachKnownHost } from "../reach";
import { type BridgeSelfTestInputs, type BridgeSelfTestState, bridgeSelfTest } from "./definition";

/** It leaves nothing on the host: there is no drift, and nothing to delete. */
export const bridgeSelfTestLifecycle: Lifecycle<BridgeSelfTestInputs, BridgeSelfTestState> = {
  definition: bridgeSelfTest,

  async previewCreate(operation, inputs) {
    const { connection, ...known } = inputs;
    if (!isKnown<BridgeSelfTestInputs>(inputs)) return { ...known, ...(await reachKnownHost(operation, connection)) };
    const { host, facts } = await reachHost(operation, inputs.connection);
    logPlan(operation, host, inputs);
    return { ...known, hostId: facts.machineId };
  },

  async create(operation, { connection, ...known }) {
    const { host, facts } = await reachHost(operation, connection);
    const inputs = { connection, ...known };
    const passed = await tried(operation, host, facts.machineId, inputs);
    const hostKey = pinHostKey(host);
    return {
      id: `${facts.machineId}/selfTest/${inputs.bridge}`,
      state: { ...known, hostId: facts.machineId, hostKey, passed },
    };
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await lookAtHost(operation, inputs.connection, state);
    need(facts, "links", [state.bridge]);
    // A bridge that is made anew is tried anew.
    if (linkNamed(facts, state.bridge) === undefined)
      return { kind: "gone", why: `${host.label} has no bridge ${state.bridge} any more that could be tried.` };
    return { kind: "there", id, inputs, state: { ...state, hostKey: pinHostKey(host, state.hostKey) } };
  },

  async previewUpdate(operation, _id, old, inputs) {
    const { host } = await reachHost(operation, inputs.connection, old);
    const { connection: _, ...known } = inputs;
    logPlan(operation, host, inputs);
    return { ...old.state, ...known };
  },

  async update(operation, _id, old, inputs) {
    const { host, facts } = await reachHost(operation, inputs.connection, old);
    const { connection: _, ...known } = inputs;
    const passed = await tried(operation, host, facts.machineId, inputs);
    return { state: { ...old.state, ...known, hostKey: pinHostKey(host, old.state.hostKey), passed } };
  },

  async delete() {},
};

function logPlan({ log }: Operation, host: Host, { bridge, address, resolves }: BridgeSelfTestInputs): void {
  const steps = [
    address === "dhcp" ? "takes a DHCP lease and gives it back" : `has the address ${address}`,
    "pings the gateway",
    resolves === undefined ? "asks the name server" : `resolves ${resolves}`,
  ];
  log.info(`${host.label}: ${bridge} will be tried by a NIC of its own, gone afterwards: it ${steps.join(", ")}.`);
}

/** What worked. Under the host's lock: nothing else changes its links meanwhile. */
async function tried(
  { hosts, log, signal }: Operation,
  host: Host,
  machineId: string,
  { bridge, address, resolves }: BridgeSelfTestInputs,
): Promise<string[]> {
  return hosts.exclusive(machineId, signal, async () => {
    const facts = await host.readFreshFacts(signal);
    const link = linkNamed(facts, bridge);
    if (link?.kind !== "bridge") throw new Refusal(`${host.label}: bridge: the host has no bridge ${bridge}.`);
    const steps = await selfTest(host, selfTestOf(facts, link, { address, resolves }), signal);
    log.info(`${host.label}: ${describeSelfTest(bridge, steps)}`);
    const found = diagnoseSelfTest(bridge, steps);
    for (const one of found.filter(({ severity }) => severity === "warning"))
      log.warn(`${host.label}: ${sentences(one)}`, { finding: one });
    const failed = found.filter(({ severity }) => severity === "error");
    if (failed.length > 0)
      throw new Error(
        `${host.label}: ${bridge} is there, and does not work for a VM: ${failed.map(sentences).join("\n")}\nThe next \`pulumi up\` tries again; without a self-test it goes on as it is.`,
      );
    return steps.filter(({ ok }) => ok).map(({ step, words }) => `${step} ${words}`);
  });
}
