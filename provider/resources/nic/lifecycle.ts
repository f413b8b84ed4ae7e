import { containsUnknown } from "../../codec/unknown";
import type { Facts, LibvirtDomain } from "../../host/facts/facts";
import { waitForGuestAddress } from "../../host/guestAddress/guestAddress";
import type { Host } from "../../host/host";
import { findDomain, findNetwork, libvirtOf, namesOf } from "../../plan/libvirt/find";
import { stableMac } from "../../plan/libvirt/macAddress";
import { Refusal } from "../../plan/refusal";
import { parseImportId } from "../importId";
import type { CheckFailure, Lifecycle, Operation } from "../lifecycle";
import { libvirtName, macAddress } from "../names";
import { pinned } from "../pinned";
import { tellFindings } from "../tellFindings";
import { attachLacking, detach, putTapBack } from "./attachment";
import { type NicInputs, type NicState, nic } from "./definition";
import { hasNone, type NicOfDomain, nicDrift, nicInputs, nicOf, nicState, strayTap } from "./model";

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

  async create(operation, inputs) {
    const { connection, ...known } = inputs;
    if (containsUnknown(connection)) return { id: "", state: known };
    const { host, facts } = await operation.hosts.reachFacts(connection, {
      patient: !operation.preview,
      signal: operation.signal,
    });
    const domain = containsUnknown(inputs.domain) ? undefined : findDomain(libvirtOf(facts, host.label), inputs.domain);
    if (operation.preview) return { id: "", state: previewed(operation, host, facts, inputs, domain) };
    if (!domain)
      throw new Refusal(
        `${host.label}: domain: there is no VM ${inputs.domain}; ${namesOf(libvirtOf(facts, host.label).domains)}.`,
      );
    const macAddress = inputs.macAddress ?? stableMac(facts.machineId, domain.uuid, operation.name);
    const state = await settle(
      operation,
      host,
      inputs,
      { machineId: facts.machineId, macAddress, ipAddresses: [], hostKey: pinned(connection, host) },
      domain.uuid,
    );
    return { id: `${facts.machineId}/${domain.name}/${macAddress}`, state };
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await operation.hosts.reachFacts(inputs.connection, state);
    const domain = findDomain(libvirtOf(facts, host.label), state.domainId);
    if (!domain) return { kind: "gone", why: `${host.label}: there is no VM ${state.domain} any more.` };
    const found = nicOf(domain, state.macAddress);
    if (!found.live && !found.inactive)
      return { kind: "gone", why: `${host.label}: ${domain.name} has no NIC ${state.macAddress} any more.` };
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
    if (inputs.macAddress !== undefined && inputs.macAddress !== old.state.macAddress) {
      throw new Refusal(
        `macAddress: it is what the NIC is known by and can't change in place; declare a new NIC under another name.`,
      );
    }
    if (inputs.model !== old.inputs.model) {
      throw new Refusal(`model: the device can't change in place; declare a new NIC under another name.`);
    }
    const { host } = await operation.hosts.reachFacts(inputs.connection, {
      ...old.state,
      formerly: old.inputs.connection,
      patient: !operation.preview,
      signal: operation.signal,
    });
    if (operation.preview) {
      const { connection: _, ...known } = inputs;
      return { state: { ...old.state, ...known, macAddress: old.state.macAddress, drift: [] } };
    }
    return {
      state: await settle(operation, host, inputs, { ...old.state, machineId: old.state.hostId }, old.state.domainId),
    };
  },

  async delete(operation, _id, inputs, state) {
    const { host, facts } = await operation.hosts.reachFacts(inputs.connection, {
      ...state,
      patient: true,
      signal: operation.signal,
    });
    const domain = findDomain(libvirtOf(facts, host.label), state.domainId);
    if (!domain) return;
    const found = nicOf(domain, state.macAddress);
    await operation.hosts.exclusive(facts.machineId, () => detach(host, found, state.macAddress, operation.signal));
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
  const on =
    containsUnknown(inputs.network) || containsUnknown(inputs.bridge) ? "" : ` on ${inputs.network ?? inputs.bridge}`;
  operation.log.info(
    domain.running
      ? `${host.label}: ${domain.name} runs: it gets the NIC${on} live, without a restart, and in its definition.`
      : `${host.label}: ${domain.name} is shut off: it gets the NIC${on} in its definition, for its next start.`,
  );
  const macAddress = inputs.macAddress ?? stableMac(facts.machineId, domain.uuid, operation.name);
  return {
    ...known,
    macAddress,
    hostId: facts.machineId,
    domainId: domain.uuid,
    live: domain.running,
    persistent: true,
  };
}

/** Does what is lacking and nothing else, reads back what libvirt and the kernel made of it, then waits for the guest. */
async function settle(
  operation: Operation,
  host: Host,
  inputs: NicInputs,
  kept: { machineId: string; macAddress: string; ipAddresses: readonly string[]; hostKey?: string | undefined },
  domainId: string,
): Promise<NicState> {
  const { hosts, log, signal } = operation;
  const { macAddress, machineId } = kept;
  const { facts, found } = await hosts.exclusive(machineId, async () => {
    const before = await look(host, domainId, inputs, macAddress);
    await attachLacking(host, inputs, before.found, macAddress);
    const attached = await look(host, domainId, inputs, macAddress);
    const after = (await putTapBack(host, strayTap(attached.facts, inputs, attached.found.live)))
      ? await look(host, domainId, inputs, macAddress)
      : attached;
    const lacking = nicDrift(after.facts, inputs, after.found);
    if (lacking.length > 0) throw new Error(`${host.label}: libvirt reported success, but ${lacking.join("; ")}.`);
    return after;
  });
  const state = nicState(facts, inputs, found, kept);
  if (!found.live || inputs.waitForAddress === 0 || inputs.linkState === "down" || kept.ipAddresses.length > 0)
    return state;
  log.progress(`${host.label}: ${found.domain.name} has the NIC ${macAddress}; waiting for its address`);
  const ipAddresses = await waitForGuestAddress(host, { macAddress, seconds: inputs.waitForAddress, signal });
  if (ipAddresses.length === 0) {
    log.warn(
      `${host.label}: ${found.domain.name} said no address on ${macAddress} within ${inputs.waitForAddress} s. The NIC is there; see whether the guest runs DHCP on it.`,
    );
  }
  return { ...state, ipAddresses };
}

async function look(
  host: Host,
  domainId: string,
  inputs: NicInputs,
  macAddress: string,
): Promise<{ facts: Facts; found: NicOfDomain }> {
  const facts = await host.freshFacts();
  const libvirt = libvirtOf(facts, host.label);
  const domain = findDomain(libvirt, domainId);
  if (!domain)
    throw new Refusal(`${host.label}: domain: there is no VM ${inputs.domain}; ${namesOf(libvirt.domains)}.`);
  if (inputs.network !== undefined && !findNetwork(libvirt, inputs.network)) {
    throw new Refusal(
      `${host.label}: network: libvirt has no network ${inputs.network}; ${namesOf(libvirt.networks)}.`,
    );
  }
  return { facts, found: nicOf(domain, macAddress) };
}
