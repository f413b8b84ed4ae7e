import { containsUnknown, isUnknown } from "../../codec/unknown";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { joinBridge } from "../../host/tap/join";
import { clearLeftover, transact } from "../../host/transaction/transact";
import { writeFiles } from "../../host/writeFiles";
import { cidrOf } from "../../plan/addressing/readdressing";
import { inHandsOfNetworkd, missing } from "../../plan/link/missing";
import { presentName } from "../../plan/link/uplink";
import { Refusal } from "../../plan/refusal";
import type { CheckFailure, Lifecycle, Operation } from "../lifecycle";
import { pinned } from "../pinned";
import { reachHost } from "../reach";
import { tellFindings } from "../tellFindings";
import { type BridgeInputs, type BridgeState, bridge } from "./definition";
import { importBridge } from "./import";
import { bridgeState } from "./model";
import { type BridgePlan, planBridge, recordPath, runningVms } from "./plan";
import { planUpdate, stillOn, type UpdatePlan } from "./planUpdate";
import { planRestore, type RestorePlan } from "./restore";
import { onlyTaps, tell } from "./tell";

export const bridgeLifecycle: Lifecycle<BridgeInputs, BridgeState> = {
  definition: bridge,

  claims(_name, inputs) {
    const of = (property: "name" | "uplink", what: string) =>
      inputs[property] === undefined || isUnknown(inputs[property])
        ? []
        : [{ property, thing: `the ${what} ${inputs[property]}` }];
    return [...of("name", "bridge"), ...of("uplink", "uplink")];
  },

  check(_name, inputs) {
    const failures: CheckFailure[] = [];
    if (inputs.stp === true && typeof inputs.forwardDelay === "number" && inputs.forwardDelay < 2) {
      failures.push({
        property: "forwardDelay",
        reason: "with stp it must be 2 to 30 seconds; the standard's own default is 15 (IEEE 802.1D)",
      });
    }
    const probes: unknown = inputs.confirm?.probes;
    for (const [index, probe] of Array.isArray(probes) ? probes.entries() : []) {
      if (Object.values(probe).filter((value) => value !== undefined).length !== 1)
        failures.push({ property: `confirm.probes[${index}]`, reason: "must have one of tcp, ping and dns" });
    }
    return { inputs, failures };
  },

  async create(operation, inputs) {
    const { name } = inputs;
    if (containsUnknown(inputs)) {
      const { connection: _, ...known } = inputs;
      return { id: "", state: known };
    }
    const { host, facts } = await reachHost(operation, inputs.connection);
    const plan = planBridge(facts, inputs, operation.urn, true);
    if (operation.preview) {
      const owner = facts.records.get(name)?.owner;
      if (owner !== undefined && owner !== operation.urn)
        operation.log.info(`${host.label}: ${name}, which was ${owner}'s in this stack, is taken over.`);
      if (owner === undefined || plan.differences.length > 0) tell(operation, host, facts, plan);
      return { id: "", state: bridgeState(facts, inputs, plan, [], undefined) };
    }
    const state = await apply(operation, host, facts.machineId, inputs);
    return { id: `${facts.machineId}/${name}`, state };
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await operation.hosts.reachFacts(inputs.connection, state);
    const there = linkNamed(facts, state.name) !== undefined;
    const written = Object.keys(state.config).some((path) => facts.netplan.has(path));
    if (!there && !written) return { kind: "gone", why: `${host.label} has no bridge ${state.name} any more.` };
    const plan = planBridge(
      facts,
      { ...inputs, name: state.name, uplink: presentName(facts, state.name, state.uplink) },
      facts.records.get(state.name)?.owner ?? operation.urn,
    );
    tellFindings(operation, host, facts, { bridge: state.name, drift: plan.differences });
    return {
      kind: "there",
      id,
      inputs,
      state: bridgeState(facts, inputs, plan, plan.differences, state.hostKey ?? pinned(inputs.connection, host)),
    };
  },

  import: importBridge,

  async update(operation, _id, old, inputs) {
    const { host, facts } = await reachHost(operation, inputs.connection, old);
    if (operation.preview) {
      const plan = planUpdate(facts, inputs, operation.urn, old.state.name);
      if (plan.differences.length > 0) tell(operation, host, facts, plan);
      return { state: { ...old.state, ...bridgeState(facts, inputs, plan, [], old.state.hostKey) } };
    }
    return {
      state: await apply(operation, host, facts.machineId, inputs, { was: old.state.name, hostKey: old.state.hostKey }),
    };
  },

  async delete(operation, _id, inputs, state) {
    const { host, facts } = await reachHost(operation, inputs.connection, { state });
    const { name } = state;
    const record = facts.records.get(name);
    if (record && record.owner !== operation.urn) {
      operation.log.info(`${host.label}: ${name} belongs to ${record.owner} now and stays.`);
      return;
    }
    if (!record && !linkNamed(facts, name)) return;
    const vms = runningVms(facts, name);
    if (vms.length > 0 && !inputs.forceDelete) {
      throw new Refusal(
        `${host.label}: ${name} can't be deleted: ${vms.join(", ")} ${vms.length > 1 ? "run" : "runs"} on it. Shut down or detach, or set forceDelete.`,
      );
    }
    await operation.hosts.exclusive(facts.machineId, async () => {
      const now = await clearLeftover(host, await host.recentFacts(), operation.log);
      const plan = planRestore(now, name, record?.previousConfig ?? state.previousConfig, inputs.confirm);
      for (const path of plan.kept)
        operation.log.info(
          `${host.label}: ${path} was changed by hand since; only the addressing of ${plan.uplink.name} was put back into it.`,
        );
      await transact({
        host,
        facts: now,
        change: plan.change,
        planned: plan.planned,
        missing: (after) => stillToRestore(after, plan),
        log: operation.log,
        signal: operation.signal,
      });
      operation.log.info(
        `${host.label}: ${plan.uplink.name} has ${plan.found.length > 0 ? `the addressing of ${name}` : "its old configuration back"}.`,
      );
    });
  },
};

interface Before {
  /** The bridge's name until now; of a new one, none: it may take the bridge of an earlier resource. */
  readonly was?: string;
  readonly hostKey?: string | undefined;
}

/** The transaction, or nothing where the host is as wanted already (a leftover of a create that nobody recorded). */
async function apply(
  operation: Operation,
  host: Host,
  machineId: string,
  inputs: BridgeInputs,
  { was, hostKey = pinned(inputs.connection, host) }: Before = {},
): Promise<BridgeState> {
  const { hosts, log, signal } = operation;
  const settled = (facts: Facts) => {
    const now = planBridge(facts, inputs, operation.urn);
    return bridgeState(facts, inputs, now, now.differences, hostKey);
  };
  return hosts.exclusive(machineId, async () => {
    // Under the lock: another resource may have changed the host meanwhile.
    const facts = await clearLeftover(host, await host.recentFacts(), log);
    const plan: UpdatePlan =
      was === undefined
        ? planBridge(facts, inputs, operation.urn, true)
        : planUpdate(facts, inputs, operation.urn, was);
    const record = facts.records.get(inputs.name);
    if (plan.differences.length === 0 || onlyTaps(plan)) {
      if (record?.owner !== operation.urn)
        await writeFiles(host, new Map([[recordPath(inputs.name), plan.record]]), { secret: true });
      if (plan.differences.length === 0) return bridgeState(facts, inputs, plan, [], hostKey);
      return settled(await putTapsBack(host, plan));
    }
    const must = inputs.addressing === "inherit" ? inheriting(plan) : plan.wanted;
    const after = await transact({
      host,
      facts,
      change: plan.change,
      planned: plan.planned,
      missing: (now) => [...missing(now, must), ...stillOn(now, plan)],
      log,
      signal,
    });
    const moved = plan.moving.addresses.map(cidrOf);
    log.info(
      `${host.label}: ${inputs.name} is up${moved.length > 0 ? `, ${moved.join(", ")} moved to it` : ""}; confirmed over a new connection.`,
    );
    if (host.address !== undefined && inputs.connection.host !== host.address) {
      log.warn(
        `${host.label}: the host is reached at ${host.address} from now on. Write it into connection.host before the next \`pulumi up\`, if ${inputs.connection.host} does not lead there.`,
      );
    }
    return settled(after);
  });
}

async function putTapsBack(host: Host, { wanted, strays }: BridgePlan): Promise<Facts> {
  for (const { tap } of strays) await joinBridge(host, tap, wanted.name);
  return host.freshFacts();
}

/** What was on the NIC must be on the bridge before the change is confirmed, also what no file says. */
function inheriting(plan: Pick<BridgePlan, "wanted" | "moving" | "planned">): BridgePlan["wanted"] {
  const { wanted, moving, planned } = plan;
  const kept = moving.addresses
    .filter((address) => (address.family === "inet" || !address.dynamic) && !planned.leaving.includes(address))
    .map(cidrOf);
  const gateways = moving.routes
    .filter((route) => route.destination === "default")
    .flatMap((route) => route.gateway ?? []);
  return {
    ...wanted,
    addresses: [...new Set([...wanted.addresses, ...kept])],
    gateways: [...new Set([...wanted.gateways, ...gateways])],
  };
}

function stillToRestore(facts: Facts, plan: RestorePlan): string[] {
  const { name, uplink, dhcp4, addresses } = inheriting(plan);
  const link = linkNamed(facts, uplink);
  const held = link?.addresses.map((address) => `${address.local}/${address.prefix}`) ?? [];
  const sentences: (string | false)[] = [
    linkNamed(facts, name) !== undefined && `the bridge ${name} is still there`,
    !inHandsOfNetworkd(link, plan.id) && `networkd has ${uplink} in state ${link?.networkdState ?? "unknown"}`,
    dhcp4 && link?.lease === undefined && `${uplink} has no DHCP lease`,
  ];
  return [
    ...sentences.filter((sentence) => sentence !== false),
    ...addresses.filter((address) => !held.includes(address)).map((address) => `${address} is not on ${uplink}`),
  ];
}
