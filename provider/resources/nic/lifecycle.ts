import { isDeepStrictEqual } from "node:util";
import { findDomain, libvirtOf, namesOf } from "../../plan/libvirt/find";
import { stableMac } from "../../plan/libvirt/macAddress";
import type { Connection } from "../../schema/connection";
import { libvirtName, macAddress } from "../../schema/names";
import { Refusal } from "../../schema/refusal";
import { isKnown, isUnknown, pickKnown } from "../../schema/unknown";
import { parseImportId } from "../importId";
import type { Lifecycle } from "../lifecycle";
import { dropMark } from "../ownership/keep";
import { holderOf, newMark, renewMark } from "../ownership/mark";
import { nicMark } from "../ownership/paths";
import { importHolder, logRenewal, seenOwner, takeOver } from "../ownership/whose";
import { placeOf } from "../ownership/words";
import { pinHostKey } from "../pinHostKey";
import { lookAtHost, reachHost } from "../reach";
import { warnOfFindings } from "../warnOfFindings";
import { addressesRead } from "./addresses";
import { changeable } from "./changeable";
import { misplaced } from "./check";
import { type NicInputs, type NicState, nic } from "./definition";
import { modelPending } from "./drift";
import { describeMove, goneWords } from "./elsewhere";
import { refuseUnable, refuseUnfit } from "./fitness";
import { heldBy, markedNic, nicInputs, nicState, wantedOf } from "./model";
import { hasNone, nicOf } from "./nicOf";
import { defaultMac, previewed, warnOfMissingPlace } from "./preview";
import { reconcile } from "./reconcile";
import { beforeIn, letGo, placeBefore } from "./takeOver";
import { changesOf } from "./words";

const importForm = {
  resource: "Nic",
  example: "kvm1.example/web/52:54:00:12:34:56",
  parts: { domain: libvirtName, macAddress },
};

export const nicLifecycle: Lifecycle<NicInputs, NicState> = {
  definition: nic,

  check(_name, given, before) {
    // Until 0.1.0 the default was among the inputs: a state that has it is as it was.
    const inputs = given.model === undefined && before?.model === "virtio" ? { ...given, model: before.model } : given;
    return { inputs, failures: misplaced(inputs) };
  },

  listClaims(name, { domain, macAddress }) {
    if (isUnknown(domain) || isUnknown(macAddress)) return [];
    // Without a MAC address, it has the one that its name gives.
    return [
      macAddress === undefined
        ? { property: "domain", subject: `the NIC named ${name} of the VM ${domain}` }
        : { property: "macAddress", subject: `the NIC ${macAddress} of the VM ${domain}` },
    ];
  },

  async previewCreate(operation, inputs) {
    const { connection, ...said } = inputs;
    if (!isKnown<Connection>(connection)) return said;
    const known = { ...pickKnown<NicInputs>(inputs), connection };
    const { host, facts } = await reachHost(operation, connection);
    await refuseUnable(operation, host, facts, known);
    // Without its address nobody knows whether the VM has it already.
    const name = isUnknown(inputs.macAddress) ? undefined : known.domain;
    const found = name === undefined ? undefined : findDomain(libvirtOf(facts, host.label), name);
    return { ...said, ...previewed(operation, host, facts, known, found) };
  },

  async create(operation, inputs) {
    const { host, facts } = await reachHost(operation, inputs.connection);
    await refuseUnable(operation, host, facts, inputs);
    const found = findDomain(libvirtOf(facts, host.label), inputs.domain);
    // One that another resource of the program has just made.
    const domain = found ?? findDomain(libvirtOf(await host.readFreshFacts(), host.label), inputs.domain);
    if (!domain)
      throw new Refusal(
        `${host.label}: domain: there is no VM ${inputs.domain}; ${namesOf(libvirtOf(facts, host.label).domains)}.`,
      );
    const macAddress = inputs.macAddress ?? defaultMac(operation, facts, domain.uuid);
    const present = nicOf(domain, macAddress);
    refuseUnfit(host, present);
    const thing = markedNic(facts, present, macAddress, inputs.connection, operation.owned);
    takeOver(operation, host, thing);
    const mark = newMark(operation.urn, thing.mark, placeBefore(present, inputs, host));
    const previous = beforeIn(mark);
    const kept = {
      machineId: facts.machineId,
      ...holderOf(mark),
      macAddress,
      ipAddresses: [],
      hostKey: pinHostKey(host),
      previous,
    };
    const id = `${facts.machineId}/${domain.name}/${macAddress}`;
    const wanted = wantedOf(inputs, previous);
    return { id, state: await reconcile(operation, host, { id, inputs: wanted, domainId: domain.uuid, kept, mark }) };
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await lookAtHost(operation, inputs.connection, state);
    const domain = findDomain(libvirtOf(facts, host.label), state.domainId);
    if (!domain) {
      const anew = findDomain(libvirtOf(facts, host.label), state.domain);
      const why = anew
        ? `the VM ${state.domain} was made anew: its UUID is ${anew.uuid} instead of ${state.domainId}.`
        : await goneWords(operation, facts, state);
      return { kind: "gone", why: `${host.label}: ${why}` };
    }
    const moved = domain.running ? undefined : await describeMove(operation, facts, state);
    if (moved) operation.log.warn(`${host.label}: ${domain.name} does not run here. ${moved}`);
    const nic = nicOf(domain, state.macAddress);
    if (!nic.live && !nic.inactive)
      return { kind: "gone", why: `${host.label}: ${domain.name} has no NIC ${state.macAddress} any more.` };
    const wanted = wantedOf(inputs, state.previous);
    const pending = modelPending(wanted, nic);
    if (pending) operation.log.warn(`${host.label}: ${pending}`);
    const hostKey = pinHostKey(host, state.hostKey);
    const thing = markedNic(facts, nic, state.macAddress, inputs.connection);
    const { drift, ...holder } = seenOwner(operation, host, thing, heldBy(operation.urn, thing, state));
    const { macAddress } = state;
    const ipAddresses = await addressesRead(host, facts, wanted, { nic, macAddress, had: state.ipAddresses });
    const after = nicState(facts, wanted, nic, { ...state, ...holder, hostKey, ipAddresses });
    const mine = { domain: domain.name, macAddress, linkState: inputs.linkState, drift: after.drift };
    warnOfFindings(operation, host, facts, mine);
    return { kind: "there", id, inputs, state: { ...after, drift: [...drift, ...after.drift] } };
  },

  async import(operation, id, provided) {
    const { connection, domain: name, macAddress } = parseImportId(id, importForm, provided);
    const { host, facts } = await operation.hosts.reachFacts(connection, { signal: operation.signal });
    const libvirt = libvirtOf(facts, host.label);
    const domain = findDomain(libvirt, name);
    if (!domain) return { kind: "gone", why: `${host.label}: there is no VM ${name}; ${namesOf(libvirt.domains)}.` };
    const nic = nicOf(domain, macAddress);
    if (!nic.live && !nic.inactive) return { kind: "gone", why: `${host.label}: ${hasNone(domain, macAddress)}` };
    const inputs = nicInputs(nic, { connection, domain: name, macAddress }, host.label);
    // Read from what the name gives, as Check leaves it.
    const identity = { machineId: facts.machineId, domainId: domain.uuid, name: operation.name };
    const defaults = [stableMac(identity), stableMac({ ...identity, ...placeOf(operation.urn) })];
    const isDefault = defaults.includes(macAddress);
    const { macAddress: _, ...withoutMac } = inputs;
    const thing = markedNic(facts, nic, macAddress, connection);
    const previous = thing.mark ? beforeIn(thing.mark) : placeBefore(nic, inputs, host);
    const holder = importHolder(operation, host, thing);
    const ipAddresses = await addressesRead(host, facts, inputs, { nic, macAddress, had: [] });
    const kept = { ...holder, macAddress, previous, ipAddresses, hostKey: pinHostKey(host) };
    return {
      kind: "there",
      id: `${facts.machineId}/${domain.name}/${macAddress}`,
      inputs: isDefault ? withoutMac : inputs,
      state: nicState(facts, inputs, nic, kept),
    };
  },

  async previewUpdate(operation, _id, old, inputs) {
    const { host, facts } = await reachHost(operation, inputs.connection, old);
    const changing = await changeable(operation, host, facts, old, inputs);
    const { thing, here, wanted, macAddress, other } = changing;
    if (thing) logRenewal(operation, host, thing, old.state);
    const said = other
      ? [`${inputs.domain} lets its NIC ${old.state.macAddress} go and gets ${macAddress}: for the guest another NIC.`]
      : here
        ? changesOf(facts, wanted, here)
        : [];
    warnOfMissingPlace(operation, host, facts, inputs);
    if (said.length > 0) operation.log.info(`${host.label}: ${said.join(" ")}`);
    const { connection: _, restrictions: __, ...known } = wanted;
    return { ...old.state, ...known, macAddress, drift: [] };
  },

  async update(operation, id, old, inputs) {
    const again = !isDeepStrictEqual(inputs.triggers, old.state.triggers);
    const reached = await reachHost(operation, inputs.connection, old);
    const { host } = reached;
    // Another tool may have changed the VM just now.
    const facts = again ? await host.readFreshFacts() : reached.facts;
    const { domain, thing, here, wanted, previous, macAddress, other } = await changeable(
      operation,
      host,
      facts,
      old,
      inputs,
    );
    const domainId = domain?.uuid ?? old.state.domainId;
    if (other) await letGo(operation, host, facts, inputs, old.state);
    const renewed = renewMark(operation.urn, other ? undefined : thing?.mark, old.state, previous);
    const hostKey = pinHostKey(host, old.state.hostKey);
    const kept = { ...old.state, ...holderOf(renewed), hostKey, machineId: old.state.hostId, macAddress, previous };
    const state = { ...kept, ...((other || (again && !here?.live)) && { ipAddresses: [] }) };
    const settled = await reconcile(operation, host, { id, inputs: wanted, domainId, kept: state, mark: renewed });
    if (domainId !== old.state.domainId) await dropMark(host, nicMark(old.state.domainId, old.state.macAddress));
    return { state: settled };
  },

  async delete(operation, _id, inputs, state) {
    const { host, facts } = await reachHost(operation, inputs.connection, { state });
    await letGo(operation, host, facts, inputs, state);
  },
};
