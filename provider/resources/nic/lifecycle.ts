import { isDeepStrictEqual } from "node:util";
import { findDomain, libvirtOf, namesOf } from "../../plan/libvirt/find";
import { stableMac } from "../../plan/libvirt/macAddress";
import { libvirtName, macAddress } from "../../schema/names";
import { Refusal } from "../../schema/refusal";
import { containsUnknown, isUnknown } from "../../schema/unknown";
import { parseImportId } from "../importId";
import type { Lifecycle } from "../lifecycle";
import { dropMark } from "../ownership/keep";
import { holderOf, newMark, renewedMark } from "../ownership/mark";
import { nicMark } from "../ownership/paths";
import { handedOver, seenOwner, takeBack, takeOver, tellStale } from "../ownership/whose";
import { placeOf } from "../ownership/words";
import { pinned } from "../pinned";
import { lookAtHost, reachHost } from "../reach";
import { tellFindings } from "../tellFindings";
import { addressesRead } from "./addresses";
import { misplaced } from "./check";
import { type NicInputs, type NicState, nic } from "./definition";
import { modelPending } from "./drift";
import { goneWords, movedWords } from "./elsewhere";
import { refuseUnable, refuseUnfit } from "./fitness";
import { heldBy, markedNic, nicInputs, nicState, refuseTwice, wantedOf } from "./model";
import { hasNone, nicOf } from "./nicOf";
import { defaultMac, previewed, tellMissing } from "./preview";
import { settle } from "./settle";
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
    await refuseUnable(operation, host, facts, inputs);
    const found = containsUnknown(inputs.domain) ? undefined : findDomain(libvirtOf(facts, host.label), inputs.domain);
    if (operation.preview) return { id: "", state: previewed(operation, host, facts, inputs, found) };
    // One that another resource of the program has just made.
    const domain = found ?? findDomain(libvirtOf(await host.freshFacts(), host.label), inputs.domain);
    if (!domain)
      throw new Refusal(
        `${host.label}: domain: there is no VM ${inputs.domain}; ${namesOf(libvirtOf(facts, host.label).domains)}.`,
      );
    const macAddress = inputs.macAddress ?? defaultMac(operation, facts, domain.uuid);
    const present = nicOf(domain, macAddress);
    refuseUnfit(host, present);
    const thing = markedNic(facts, present, macAddress, connection, operation.owned);
    takeOver(operation, host, thing);
    const mark = newMark(operation.urn, thing.mark, placeBefore(present, inputs, host));
    const previous = beforeIn(mark);
    const kept = {
      machineId: facts.machineId,
      ...holderOf(mark),
      macAddress,
      ipAddresses: [],
      hostKey: pinned(host),
      previous,
    };
    const id = `${facts.machineId}/${domain.name}/${macAddress}`;
    const wanted = wantedOf(inputs, previous);
    return { id, state: await settle(operation, host, { id, inputs: wanted, domainId: domain.uuid, kept, mark }) };
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
    const moved = domain.running ? undefined : await movedWords(operation, facts, state);
    if (moved) operation.log.warn(`${host.label}: ${domain.name} does not run here. ${moved}`);
    const found = nicOf(domain, state.macAddress);
    if (!found.live && !found.inactive)
      return { kind: "gone", why: `${host.label}: ${domain.name} has no NIC ${state.macAddress} any more.` };
    const wanted = wantedOf(inputs, state.previous);
    const pending = modelPending(wanted, found);
    if (pending) operation.log.warn(`${host.label}: ${pending}`);
    const hostKey = pinned(host, state.hostKey);
    const thing = markedNic(facts, found, state.macAddress, inputs.connection);
    const { drift, ...holder } = seenOwner(operation, host, thing, heldBy(operation.urn, thing, state));
    const { macAddress } = state;
    const ipAddresses = await addressesRead(host, facts, wanted, { found, macAddress, had: state.ipAddresses });
    const after = nicState(facts, wanted, found, { ...state, ...holder, hostKey, ipAddresses });
    const mine = { domain: domain.name, macAddress, linkState: inputs.linkState, drift: after.drift };
    tellFindings(operation, host, facts, mine);
    return { kind: "there", id, inputs, state: { ...after, drift: [...drift, ...after.drift] } };
  },

  async import(operation, id, provided) {
    const { connection, domain: name, macAddress } = parseImportId(id, importForm, provided);
    const { host, facts } = await operation.hosts.reachFacts(connection, { signal: operation.signal });
    const libvirt = libvirtOf(facts, host.label);
    const domain = findDomain(libvirt, name);
    if (!domain) return { kind: "gone", why: `${host.label}: there is no VM ${name}; ${namesOf(libvirt.domains)}.` };
    const found = nicOf(domain, macAddress);
    if (!found.live && !found.inactive) return { kind: "gone", why: `${host.label}: ${hasNone(domain, macAddress)}` };
    const inputs = nicInputs(found, { connection, domain: name, macAddress }, host.label);
    // Read from what the name gives, as Check leaves it.
    const identity = { machineId: facts.machineId, domainId: domain.uuid, name: operation.name };
    const defaults = [stableMac(identity), stableMac({ ...identity, ...placeOf(operation.urn) })];
    const isDefault = defaults.includes(macAddress);
    const { macAddress: _, ...withoutMac } = inputs;
    const thing = markedNic(facts, found, macAddress, connection);
    const previous = thing.mark ? beforeIn(thing.mark) : placeBefore(found, inputs, host);
    const holder = handedOver(operation, host, thing);
    const ipAddresses = await addressesRead(host, facts, inputs, { found, macAddress, had: [] });
    const kept = { ...holder, macAddress, previous, ipAddresses, hostKey: pinned(host) };
    return {
      kind: "there",
      id: `${facts.machineId}/${domain.name}/${macAddress}`,
      inputs: isDefault ? withoutMac : inputs,
      state: nicState(facts, inputs, found, kept),
    };
  },

  async update(operation, id, old, inputs) {
    const again = !isDeepStrictEqual(inputs.triggers, old.state.triggers);
    const reached = await reachHost(operation, inputs.connection, old);
    const { host } = reached;
    // Another tool may have changed the VM just now.
    const facts = again && !operation.preview ? await host.freshFacts() : reached.facts;
    const macAddress = inputs.macAddress ?? old.state.macAddress;
    const other = macAddress !== old.state.macAddress;
    const libvirt = libvirtOf(facts, host.label);
    // One that was defined anew may have another UUID.
    const domain = findDomain(libvirt, old.state.domainId) ?? findDomain(libvirt, inputs.domain);
    const moved = domain ? undefined : await movedWords(operation, facts, old.state);
    if (moved && !operation.preview) throw new Refusal(`${host.label}: domain: it is not here any more. ${moved}`);
    const domainId = domain?.uuid ?? old.state.domainId;
    const here = domain && nicOf(domain, old.state.macAddress);
    const thing = here && markedNic(facts, here, old.state.macAddress, inputs.connection);
    if (thing) takeBack(operation, host, thing, heldBy(operation.urn, thing, old.state));
    const there = domain && other ? nicOf(domain, macAddress) : undefined;
    const target = there && markedNic(facts, there, macAddress, inputs.connection, operation.owned);
    if (target) takeOver(operation, host, target);
    if (domain) refuseTwice(facts, domain, macAddress, host.label);
    for (const one of [here, there]) if (one) refuseUnfit(host, one);
    const found = there && !target?.mark ? placeBefore(there, inputs, host) : beforeIn(target?.mark);
    const previous = other ? found : (beforeIn(thing?.mark) ?? old.state.previous);
    const wanted = wantedOf(inputs, previous, other ? undefined : old.inputs);
    await refuseUnable(operation, host, facts, inputs);
    if (operation.preview) {
      if (thing) tellStale(operation, host, thing, old.state);
      const said = other
        ? [
            `${inputs.domain} lets its NIC ${old.state.macAddress} go and gets ${macAddress}: for the guest another NIC.`,
          ]
        : here && !containsUnknown(inputs)
          ? changesOf(facts, wanted, here)
          : [];
      tellMissing(operation, host, facts, inputs);
      if (said.length > 0) operation.log.info(`${host.label}: ${said.join(" ")}`);
      const { connection: _, restrictions: __, ...known } = wanted;
      return { state: { ...old.state, ...known, macAddress, drift: [] } };
    }
    if (other) await letGo(operation, host, facts, inputs, old.state);
    const renewed = renewedMark(operation.urn, other ? undefined : thing?.mark, old.state, previous);
    const hostKey = pinned(host, old.state.hostKey);
    const kept = { ...old.state, ...holderOf(renewed), hostKey, machineId: old.state.hostId, macAddress, previous };
    const state = { ...kept, ...((other || (again && !here?.live)) && { ipAddresses: [] }) };
    const settled = await settle(operation, host, { id, inputs: wanted, domainId, kept: state, mark: renewed });
    if (domainId !== old.state.domainId) await dropMark(host, nicMark(old.state.domainId, old.state.macAddress));
    return { state: settled };
  },

  async delete(operation, _id, inputs, state) {
    const { host, facts } = await reachHost(operation, inputs.connection, { state });
    await letGo(operation, host, facts, inputs, state);
  },
};
