import { containsUnknown, isUnknown } from "../../codec/unknown";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { virsh } from "../../host/libvirt/virsh";
import { findNetwork, leftBehind, libvirtOf, namesOf, runningOnNetwork } from "../../plan/libvirt/find";
import { Refusal } from "../../plan/refusal";
import { parseImportId } from "../importId";
import type { Lifecycle, Operation } from "../lifecycle";
import { libvirtName } from "../names";
import { pinned } from "../pinned";
import { reachHost } from "../reach";
import { tellFindings } from "../tellFindings";
import { type NetworkInputs, type NetworkState, network } from "./definition";
import { networkDrift, networkState } from "./model";
import { define, fetchLeftBehind } from "./move";

const importForm = { resource: "Network", example: "kvm1.example/lan", parts: { network: libvirtName } };

export const networkLifecycle: Lifecycle<NetworkInputs, NetworkState> = {
  definition: network,

  check(name, inputs) {
    return { inputs: { ...inputs, name: inputs.name ?? name }, failures: [] };
  },

  claims(_name, { name }) {
    return name === undefined || isUnknown(name) ? [] : [{ property: "name", thing: `the network ${name}` }];
  },

  async create(operation, inputs) {
    const { connection, ...known } = inputs;
    if (containsUnknown(connection)) return { id: "", state: known };
    const { host, facts } = await reachHost(operation, connection);
    const present = findNetwork(libvirtOf(facts, host.label), inputs.name);
    if (
      present &&
      (present.forward !== "bridge" || (!containsUnknown(inputs.bridge) && present.bridge !== inputs.bridge))
    ) {
      throw new Refusal(
        `${host.label}: libvirt has a network ${inputs.name} already (forward mode ${present.forward ?? "none"}, bridge ${present.bridge ?? "none"}). Take another name.`,
      );
    }
    if (operation.preview) {
      tell(operation, host, facts, inputs);
      return {
        id: "",
        state: { ...known, hostId: facts.machineId, drift: [], ...(present && { uuid: present.uuid }) },
      };
    }
    return { id: `${facts.machineId}/${inputs.name}`, state: await settle(operation, host, inputs, facts.machineId) };
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await operation.hosts.reachFacts(inputs.connection, state);
    const present = libvirtOf(facts, host.label).networks.find(
      (one) => one.uuid === state.uuid || one.name === state.name,
    );
    if (!present) return { kind: "gone", why: `${host.label}: libvirt has no network ${state.name} any more.` };
    const found = networkState(facts, inputs, present, state.hostKey ?? pinned(inputs.connection, host));
    tellFindings(operation, host, facts, { network: present.name, drift: found.drift });
    return { kind: "there", id, inputs, state: found };
  },

  async import(operation, id) {
    const { connection, network: name } = parseImportId(id, importForm);
    const { host, facts } = await operation.hosts.reachFacts(connection, { signal: operation.signal });
    const libvirt = libvirtOf(facts, host.label);
    const present = findNetwork(libvirt, name);
    if (!present)
      return { kind: "gone", why: `${host.label}: libvirt has no network ${name}; ${namesOf(libvirt.networks)}.` };
    if (present.forward !== "bridge" || present.bridge === undefined)
      throw new Refusal(
        `${host.label}: the network ${name} has the forward mode ${present.forward ?? "none"}; a Network is one with <forward mode='bridge'/> on a bridge of the host.`,
      );
    const { bridge, autostart, active } = present;
    const inputs = { connection, name, bridge, autostart, active };
    const state = networkState(facts, inputs, present, pinned(connection, host));
    return { kind: "there", id: `${facts.machineId}/${name}`, inputs, state };
  },

  async update(operation, _id, old, inputs) {
    const { host, facts } = await reachHost(operation, inputs.connection, old);
    if (operation.preview) {
      tell(operation, host, facts, inputs);
      const moved = leftBehind(libvirtOf(facts, host.label), inputs.name, inputs.bridge);
      if (!containsUnknown(inputs.bridge) && moved.length > 0) {
        const vms = [...new Set(moved.map(({ domain }) => domain.name))].join(", ");
        operation.log.info(
          `${host.label}: ${vms} moves to ${inputs.bridge} with the network ${inputs.name}, live, without a restart.`,
        );
      }
      return { state: { ...old.state, ...inputs, drift: [] } };
    }
    return { state: await settle(operation, host, inputs, facts.machineId, old.state.hostKey) };
  },

  async delete(operation, _id, inputs, state) {
    const { host, facts } = await reachHost(operation, inputs.connection, { state });
    const present = libvirtOf(facts, host.label).networks.find((one) => one.uuid === state.uuid);
    if (!present) return;
    refuseWhileUsed(facts, host, present.name, "be deleted");
    await operation.hosts.exclusive(facts.machineId, async () => {
      if (present.active)
        await virsh(host, ["net-destroy", present.uuid], { purpose: `stop the network ${present.name}` });
      if (present.persistent)
        await virsh(host, ["net-undefine", present.uuid], { purpose: `remove the network ${present.name}` });
    });
  },
};

function tell({ log }: Operation, host: Host, facts: Facts, inputs: NetworkInputs): void {
  const { name, active, autostart } = inputs;
  const on = containsUnknown(inputs.bridge) ? "" : ` on ${inputs.bridge}`;
  const vms = runningOnNetwork(libvirtOf(facts, host.label), name);
  log.info(
    `${host.label}: libvirt has the network ${name}${on}, ${active ? "active" : "not active"}, ${autostart ? "" : "not "}started with the host. ${vms.length > 0 ? `${vms.join(", ")} on it ${vms.length > 1 ? "run" : "runs"} on.` : "No running VM is on it."}`,
  );
}

function refuseWhileUsed(facts: Facts, host: Host, name: string, what: string): void {
  const vms = runningOnNetwork(libvirtOf(facts, host.label), name);
  if (vms.length > 0)
    throw new Refusal(
      `${host.label}: the network ${name} can't ${what}: ${vms.join(", ")} ${vms.length > 1 ? "run" : "runs"} on it. Shut down or detach first.`,
    );
}

/** Does what is lacking and nothing else, then reads back what libvirt made of it. */
async function settle(
  operation: Operation,
  host: Host,
  inputs: NetworkInputs,
  machineId: string,
  hostKey = pinned(inputs.connection, host),
): Promise<NetworkState> {
  const { name, bridge } = inputs;
  return operation.hosts.exclusive(machineId, async () => {
    const facts = await host.recentFacts();
    if (linkNamed(facts, bridge)?.kind !== "bridge")
      throw new Refusal(`${host.label}: bridge: the host has no bridge ${bridge}.`);
    const present = findNetwork(libvirtOf(facts, host.label), name);
    if (present?.active && !inputs.active) refuseWhileUsed(facts, host, name, "be stopped");
    let active = present?.active ?? false;
    if (
      !present?.persistent ||
      present.bridge !== bridge ||
      present.definedBridge !== bridge ||
      present.forward !== "bridge"
    ) {
      active = await define(host, inputs, present);
    }
    if ((present?.autostart ?? false) !== inputs.autostart) {
      await virsh(host, ["net-autostart", present?.uuid ?? name, ...(inputs.autostart ? [] : ["--disable"])], {
        purpose: `set the autostart of the network ${name}`,
      });
    }
    if (active !== inputs.active) {
      await virsh(host, [inputs.active ? "net-start" : "net-destroy", present?.uuid ?? name], {
        purpose: `${inputs.active ? "start" : "stop"} the network ${name}`,
      });
    }
    const after = await (inputs.active ? fetchLeftBehind(host, inputs) : host.recentFacts());
    const settled = findNetwork(libvirtOf(after, host.label), name);
    const lacking = settled ? networkDrift(after, inputs, settled) : [`the network ${name} is not there`];
    if (!settled || lacking.length > 0)
      throw new Error(`${host.label}: libvirt reported success, but ${lacking.join("; ")}.`);
    return networkState(after, inputs, settled, hostKey);
  });
}
