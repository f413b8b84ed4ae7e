import { containsUnknown, isUnknown } from "../../codec/unknown";
import type { Facts, LibvirtDomain } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { findDomain, libvirtOf, namesOf } from "../../plan/libvirt/find";
import { stableMac } from "../../plan/libvirt/macAddress";
import { Refusal } from "../../plan/refusal";
import { parseImportId } from "../importId";
import type { CheckFailure, Lifecycle, Operation } from "../lifecycle";
import { libvirtName, macAddress } from "../names";
import { pinned } from "../pinned";
import { reachHost } from "../reach";
import { tellFindings } from "../tellFindings";
import { type NicInputs, type NicState, nic } from "./definition";
import { hasNone, modelPending, nicInputs, nicOf, nicState } from "./model";
import { settle } from "./settle";
import { letGo, placeBefore } from "./takeOver";
import { changesOf } from "./words";

const importForm = {
  resource: "Nic",
  example: "kvm1.example/web/52:54:00:12:34:56",
  parts: { domain: libvirtName, macAddress },
};

export const nicLifecycle: Lifecycle<NicInputs, NicState> = {
  definition: nic,

  check(_name, inputs) {
    const failures: CheckFailure[] = [];
    if (inputs.network === undefined && inputs.bridge === undefined)
      failures.push({ property: "network", reason: "say what the NIC is on: either network or bridge" });
    if (inputs.network !== undefined && inputs.bridge !== undefined)
      failures.push({ property: "bridge", reason: "a NIC is on one thing: either network or bridge, not both" });
    return { inputs, failures };
  },

  claims(name, { domain, macAddress }) {
    if (isUnknown(domain) || isUnknown(macAddress)) return [];
    // Without a MAC address, it has the one that its name gives.
    return [
      macAddress === undefined
        ? { property: "domain", thing: `the NIC named ${name} of the VM ${domain}` }
        : { property: "macAddress", thing: `the NIC ${macAddress} of the VM ${domain}` },
    ];
  },

  async create(operation, inputs) {
    const { connection, ...known } = inputs;
    if (containsUnknown(connection)) return { id: "", state: known };
    const { host, facts } = await reachHost(operation, connection);
    const found = containsUnknown(inputs.domain) ? undefined : findDomain(libvirtOf(facts, host.label), inputs.domain);
    if (operation.preview) return { id: "", state: previewed(operation, host, facts, inputs, found) };
    // One that another resource of the program has just made.
    const domain = found ?? findDomain(libvirtOf(await host.freshFacts(), host.label), inputs.domain);
    if (!domain)
      throw new Refusal(
        `${host.label}: domain: there is no VM ${inputs.domain}; ${namesOf(libvirtOf(facts, host.label).domains)}.`,
      );
    const macAddress = inputs.macAddress ?? stableMac(facts.machineId, domain.uuid, operation.name);
    const kept = {
      machineId: facts.machineId,
      macAddress,
      ipAddresses: [],
      hostKey: pinned(connection, host),
      previous: placeBefore(nicOf(domain, macAddress), inputs, host),
    };
    const state = await settle(operation, host, inputs, kept, domain.uuid);
    return { id: `${facts.machineId}/${domain.name}/${macAddress}`, state };
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await operation.hosts.reachFacts(inputs.connection, state);
    const domain = findDomain(libvirtOf(facts, host.label), state.domainId);
    if (!domain) {
      const anew = findDomain(libvirtOf(facts, host.label), state.domain);
      const why = anew
        ? `the VM ${state.domain} was made anew: its UUID is ${anew.uuid} instead of ${state.domainId}`
        : `there is no VM ${state.domain} any more`;
      return { kind: "gone", why: `${host.label}: ${why}.` };
    }
    const found = nicOf(domain, state.macAddress);
    if (!found.live && !found.inactive)
      return { kind: "gone", why: `${host.label}: ${domain.name} has no NIC ${state.macAddress} any more.` };
    const pending = modelPending(inputs, found);
    if (pending) operation.log.warn(`${host.label}: ${pending}`);
    const hostKey = state.hostKey ?? pinned(inputs.connection, host);
    const after = nicState(facts, inputs, found, { ...state, hostKey });
    tellFindings(operation, host, facts, { domain: domain.name, drift: after.drift });
    return { kind: "there", id, inputs, state: after };
  },

  async import(operation, id) {
    const { connection, domain: name, macAddress } = parseImportId(id, importForm);
    const { host, facts } = await operation.hosts.reachFacts(connection, { signal: operation.signal });
    const libvirt = libvirtOf(facts, host.label);
    const domain = findDomain(libvirt, name);
    if (!domain) return { kind: "gone", why: `${host.label}: there is no VM ${name}; ${namesOf(libvirt.domains)}.` };
    const found = nicOf(domain, macAddress);
    if (!found.live && !found.inactive) return { kind: "gone", why: `${host.label}: ${hasNone(domain, macAddress)}` };
    const inputs = nicInputs(found, { connection, domain: name, macAddress }, host.label);
    // Read from what the name gives, as Check leaves it.
    const isDefault = macAddress === stableMac(facts.machineId, domain.uuid, operation.name);
    const { macAddress: _, ...withoutMac } = inputs;
    return {
      kind: "there",
      id: `${facts.machineId}/${domain.name}/${macAddress}`,
      inputs: isDefault ? withoutMac : inputs,
      state: nicState(facts, inputs, found, { macAddress, ipAddresses: [], hostKey: pinned(connection, host) }),
    };
  },

  async update(operation, _id, old, inputs) {
    const { host, facts } = await reachHost(operation, inputs.connection, old);
    const { domainId } = old.state;
    const macAddress = inputs.macAddress ?? old.state.macAddress;
    const other = macAddress !== old.state.macAddress;
    if (operation.preview) {
      const domain = findDomain(libvirtOf(facts, host.label), domainId);
      const said = other
        ? [
            `${inputs.domain} lets its NIC ${old.state.macAddress} go and gets ${macAddress}: for the guest another NIC.`,
          ]
        : domain && !containsUnknown(inputs)
          ? changesOf(facts, inputs, nicOf(domain, macAddress))
          : [];
      if (said.length > 0) operation.log.info(`${host.label}: ${said.join(" ")}`);
      const { connection: _, ...known } = inputs;
      return { state: { ...old.state, ...known, macAddress, drift: [] } };
    }
    const kept = { ...old.state, machineId: old.state.hostId };
    if (!other) return { state: await settle(operation, host, inputs, kept, domainId) };
    await letGo(operation, host, facts, old.state);
    const domain = findDomain(libvirtOf(facts, host.label), domainId);
    const previous = domain && placeBefore(nicOf(domain, macAddress), inputs, host);
    return {
      state: await settle(operation, host, inputs, { ...kept, macAddress, ipAddresses: [], previous }, domainId),
    };
  },

  async delete(operation, _id, inputs, state) {
    const { host, facts } = await reachHost(operation, inputs.connection, { state });
    await letGo(operation, host, facts, state);
  },
};

function previewed(
  operation: Operation,
  host: Host,
  facts: Facts,
  inputs: NicInputs,
  domain: LibvirtDomain | undefined,
): Partial<NicState> {
  const { connection: _, ...known } = inputs;
  if (!domain) {
    if (!containsUnknown(inputs.domain))
      operation.log.info(`${host.label}: there is no VM ${inputs.domain} yet; it must be there when the NIC is made.`);
    return { ...known, macAddress: inputs.macAddress, hostId: facts.machineId };
  }
  const macAddress = inputs.macAddress ?? stableMac(facts.machineId, domain.uuid, operation.name);
  const found = nicOf(domain, macAddress);
  const on =
    containsUnknown(inputs.network) || containsUnknown(inputs.bridge) ? "" : ` on ${inputs.network ?? inputs.bridge}`;
  if (found.inactive) {
    const said = on === "" ? [] : changesOf(facts, inputs, found);
    const back = said.length > 0 ? "Destroy puts it back." : "It is taken over as it is.";
    operation.log.info(`${host.label}: ${domain.name} has the NIC ${macAddress} already. ${[...said, back].join(" ")}`);
    if (on !== "") placeBefore(found, inputs, host);
  } else
    operation.log.info(
      domain.running
        ? `${host.label}: ${domain.name} runs: it gets the NIC${on} live, without a restart, and in its definition.`
        : `${host.label}: ${domain.name} is shut off: it gets the NIC${on} in its definition, for its next start.`,
    );
  return {
    ...known,
    macAddress,
    hostId: facts.machineId,
    domainId: domain.uuid,
    live: domain.running,
    persistent: true,
  };
}
