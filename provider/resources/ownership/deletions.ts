import { type Facts, linkNamed, ports } from "../../host/facts/facts";
import type { OwnerMark } from "../../host/facts/records";
import { makerOf } from "../../plan/tap/files";
import { isMine } from "./mark";
import type { Owned } from "./ownedResource";
import { networkMark, tapMark } from "./paths";
import { inWordsTo } from "./words";

/**
 * Why things of a host can't go, of all that go in one operation together: VMs that run on them, and those that are off
 * and would not start any more. A NIC that goes too is no reason.
 */
export function refusalsOf(facts: Facts, going: readonly Owned[], things = going): string[] {
  const nics = new Set(on(facts, going, "Nic").map(({ state }) => `${state.domainId} ${state.macAddress}`));
  const others = (facts.libvirt?.domains ?? []).map((domain) => {
    const isKept = ({ mac }: { readonly mac: string }) => !nics.has(`${domain.uuid} ${mac}`);
    return { ...domain, live: domain.live.filter(isKept), inactive: domain.inactive.filter(isKept) };
  });
  const networksOf = (all: readonly Owned[]) =>
    on(facts, all, "Network").filter((one) => goes(one, facts.marks.get(networkMark(uuidOf(one)))));
  const gone = new Set(networksOf(going).map(nameOf));
  const bridges = on(facts, things, "Bridge").filter((one) => {
    const record = facts.records.get(nameOf(one));
    return goes(one, record) && !(record ? record.found !== undefined : isEmpty(one.state.previousConfig));
  });
  const taps = on(facts, things, "Tap").filter((one) => {
    const maker = makerOf(facts.taps, nameOf(one));
    return goes(one, facts.marks.get(tapMark(nameOf(one))) ?? (maker === undefined ? undefined : { owner: maker }));
  });
  return [
    ...networksOf(things).flatMap((network) => {
      const name = nameOf(network);
      const onIt = (nic: { readonly network: string | undefined }) => nic.network === name;
      return why(
        `the network ${name}`,
        " first",
        others.filter(({ live }) => live.some(onIt)),
        others.filter(({ running, inactive }) => !running && inactive.some(onIt)),
      );
    }),
    ...bridges.flatMap((bridge) => {
      if (bridge.inputs.forceDelete === true) return [];
      const name = nameOf(bridge);
      const there = new Set(ports(facts, name).map((port) => port.name));
      const onIt = new Set(
        (facts.libvirt?.networks ?? []).flatMap((one) =>
          one.definedBridge === name && !gone.has(one.name) ? [one.name] : [],
        ),
      );
      return why(
        `the bridge ${name}`,
        ", or set forceDelete",
        others.filter(({ live }) => live.some(({ tap }) => tap !== undefined && there.has(tap))),
        others.filter(
          ({ running, inactive }) =>
            !running && inactive.some((nic) => nic.bridge === name || onIt.has(nic.network ?? "")),
        ),
      );
    }),
    ...taps.flatMap((tap) => {
      const link = linkNamed(facts, nameOf(tap));
      return link?.tap && link.carrier ? [`the TAP ${link.name} can't be deleted: a program has it open.`] : [];
    }),
  ];
}

interface Named {
  readonly name: string;
}

function why(thing: string, way: string, running: readonly Named[], off: readonly Named[]): string[] {
  const named = (vms: readonly Named[]) => vms.map(({ name }) => name).join(", ");
  const [run, have] = [running.length > 1 ? "run" : "runs", off.length > 1 ? "have" : "has"];
  return [
    ...(running.length > 0
      ? [`${thing} can't be deleted: ${named(running)} ${run} on it. Shut down or detach${way}.`]
      : []),
    ...(off.length > 0
      ? [
          `${thing} can't be deleted: ${named(off)}, shut off, ${have} a NIC on it in the definition, and would not start any more. Detach it (virsh detach-interface)${way}.`,
        ]
      : []),
  ];
}

/** NICs that were to go with what is deleted now, and were not deleted before it, in words. */
export function describeKeptNics(
  facts: Facts,
  going: readonly Owned[],
  deleted: readonly Owned[],
  reader: string,
): string {
  const isDeleted = ({ urn, id }: Owned) => deleted.some((one) => one.urn === urn && one.id === id);
  const kept = on(facts, going, "Nic").filter((one) => !isDeleted(one));
  if (kept.length === 0) return "";
  const [was, its] = kept.length > 1 ? ["were", "their"] : ["was", "its"];
  const names = kept.map(({ urn }) => inWordsTo(urn, reader)).join(", ");
  return (
    `\n${names} ${was} not deleted before, perhaps by ${its} deletedWith, retainOnDelete or protect: Pulumi leaves such a NIC on its VM. ` +
    "Or by an import that no `pulumi up` came after: run one, which tells Pulumi what is on what."
  );
}

/** NICs that may be made anew with what they are on, in words: which, and how to have them gone before. */
export function describePossibleDeletions(nics: readonly Owned[], reader: string): string {
  if (nics.length === 0) return "";
  const names = nics.map(({ urn }) => inWordsTo(urn, reader)).join(", ");
  const targets = nics.map(({ urn }) => ` --target '${urn}'`).join("");
  return (
    `\nWhether ${names} would go too, by replaceOnChanges or replaceWith, Pulumi does not say ahead. ` +
    `If so, have it go before: pulumi destroy${targets}. Without deleteBeforeReplace, all stays as it is on the host.`
  );
}

/** Those of a kind on this host. */
const on = (facts: Facts, all: readonly Owned[], kind: string) =>
  all.filter(({ type, state }) => type === `kvmnet:index:${kind}` && state.hostId === facts.machineId);
const nameOf = ({ state }: Owned): string => String(state.name);
const uuidOf = ({ state }: Owned): string => String(state.uuid);

/** Of a bridge that was imported, and never changed, kvmnet keeps nothing. */
const isEmpty = (previousConfig: unknown) =>
  previousConfig instanceof Object && Object.keys(previousConfig).length === 0;

/** What was there before kvmnet stays, and so does what is another's. */
function goes({ urn, state }: Owned, mark: OwnerMark | undefined): boolean {
  if (mark && !isMine(mark, state, urn)) return false;
  return (mark?.before ?? state.previous ?? (state.madeBy === "" || undefined)) === undefined;
}
