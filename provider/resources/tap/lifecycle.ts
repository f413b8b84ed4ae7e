import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { OwnerMark } from "../../host/facts/records";
import { need } from "../../host/facts/unreadable";
import type { Host } from "../../host/host";
import { tapScript } from "../../host/tap/script";
import { installUnit, removeUnit, restartUnit } from "../../host/unit/install";
import {
  folderOf,
  parametersPath,
  scriptPath,
  type TapParameters,
  tapFiles,
  udevPath,
  unitOf,
  unitPath,
} from "../../plan/tap/files";
import { Refusal } from "../../schema/refusal";
import { isKnown, isUnknown } from "../../schema/unknown";
import { type Lifecycle, type Old, type Operation, PartlyDone } from "../lifecycle";
import { keepMark } from "../ownership/keep";
import { clearPending, holderOf, newMark, renewMark } from "../ownership/mark";
import { tapMark } from "../ownership/paths";
import { isToGo, logRenewal, logTakenOver, seenOwner, takeBack, takeOver } from "../ownership/whose";
import { pinHostKey } from "../pinHostKey";
import { lookAtHost, reachHost, reachKnownHost } from "../reach";
import { type TapInputs, type TapState, tap } from "./definition";
import { importTap } from "./import";
import {
  fileDrift,
  findReplacingDifferences,
  heldBy,
  installed,
  markedTap,
  parametersOf,
  type StateOnly,
  tapDrift,
  tapState,
} from "./model";

/** A TAP has no address of the host's: no transaction is needed. */
export const tapLifecycle: Lifecycle<TapInputs, TapState> = {
  definition: tap,

  check(name, inputs) {
    return { inputs: { ...inputs, name: inputs.name ?? name }, failures: [] };
  },

  listClaims(_name, { name }) {
    if (name === undefined || isUnknown(name)) return [];
    return [{ property: "name", subject: `the TAP ${name}`, alike: `the interface ${name}` }];
  },

  async previewCreate(operation, inputs) {
    const { connection, ...known } = inputs;
    if (!isKnown<TapInputs>(inputs)) return { ...known, ...(await reachKnownHost(operation, connection)) };
    const { host, facts, thing } = await takeable(operation, inputs);
    logTakenOver(operation, host, thing);
    logPlan(operation, host, facts, parametersOf(facts, inputs, operation.urn));
    return { ...tapState(facts, inputs, { madeBy: operation.urn }), master: inputs.bridge, drift: [] };
  },

  async create(operation, inputs) {
    const { host, facts, thing } = await takeable(operation, inputs);
    const id = `${facts.machineId}/tap/${inputs.name}`;
    const mark = newMark(operation.urn, thing.mark);
    const own = { ...holderOf(mark), madeBy: operation.urn, hostKey: pinHostKey(host) };
    const state = await reconcile(operation, host, facts.machineId, inputs, own, mark).catch(async (error) => {
      const after = await host.readFreshFacts().catch(() => undefined);
      if (after?.marks.get(tapMark(inputs.name))?.ownerId !== mark.ownerId || after === undefined) throw error;
      // Recorded, so that destroy takes away what there is of it.
      throw new PartlyDone(id, { ...tapState(after, inputs, own) }, [(error as Error).message]);
    });
    return { id, state };
  },

  async read(operation, id, inputs, state) {
    const { host, facts } = await lookAtHost(operation, inputs.connection, state);
    const { name, madeBy } = state;
    needTap(facts, [name]);
    if (!linkNamed(facts, name) && !installed(facts, name))
      return { kind: "gone", why: `${host.label} has no TAP ${name} any more.` };
    const { drift, ...holder } = seenOwner(operation, host, markedTap(facts, name, inputs.connection), heldBy(state));
    const own = { ...holder, madeBy, hostKey: pinHostKey(host, state.hostKey) };
    const found = tapState(facts, { ...inputs, name }, own);
    return { kind: "there", id, inputs, state: { ...found, drift: [...drift, ...found.drift] } };
  },

  import: importTap,

  async previewUpdate(operation, _id, old, inputs) {
    const { host, facts, thing, madeBy } = await changeable(operation, inputs, old);
    logRenewal(operation, host, thing, old.state);
    const wanted = parametersOf(facts, inputs, madeBy);
    if (tapDrift(facts, wanted).length > 0) logPlan(operation, host, facts, wanted);
    const { connection: _connection, ...rest } = inputs;
    return { ...old.state, ...rest, madeBy, master: inputs.bridge, drift: [] };
  },

  async update(operation, _id, old, inputs) {
    const { host, facts, thing, madeBy } = await changeable(operation, inputs, old);
    const found = old.state.madeBy === "" ? { tap: true } : undefined;
    const mark = renewMark(operation.urn, thing.mark, old.state, found);
    const own = { ...old.state, ...holderOf(mark), madeBy, hostKey: pinHostKey(host, old.state.hostKey) };
    return { state: await reconcile(operation, host, facts.machineId, inputs, own, mark) };
  },

  async delete(operation, _id, inputs, { name, ...state }) {
    const { host, facts } = await reachHost(operation, inputs.connection, { state });
    needTap(facts, [name]);
    if (!linkNamed(facts, name)?.tap && !installed(facts, name)) return;
    const thing = markedTap(facts, name, inputs.connection);
    if (!isToGo(operation, host, thing, heldBy(state))) return;
    const { tap: found = state.madeBy === "" } = thing.mark?.before ?? {};
    if (found) operation.log.info(`${host.label}: the TAP ${name} was there before kvmnet, and stays.`);
    if (found && !installed(facts, name)) return;
    await operation.hosts.exclusive(facts.machineId, operation.signal, async () => {
      operation.signal.throwIfAborted();
      if (!found) refuseWhileOpen(await host.readRecentFacts(), host, name, "be deleted");
      const files = tapFiles(parametersOf(facts, { ...inputs, name }, state.madeBy), tapScript);
      await removeUnit(host, {
        unit: unitOf(name),
        folder: folderOf(name),
        files: new Map([...files].filter(([path]) => path === scriptPath(name) || path === parametersPath(name))),
        otherFiles: [unitPath(name), udevPath(name)],
        // It takes the TAP itself away.
        ...(!found && { script: scriptPath(name) }),
        purpose: `take the TAP ${name} away`,
        nextStep: `Run this again, or: ip link delete ${name}`,
      });
    });
  },
};

/** The host, and the TAP that is new to the program: nobody's, or one that it may take over. */
async function takeable(operation: Operation, { name, connection }: TapInputs) {
  const { host, facts } = await reachHost(operation, connection);
  const thing = markedTap(facts, name, connection);
  refuseExisting(facts, host, name);
  takeOver(operation, host, thing);
  return { host, facts, thing };
}

/** The host, and the TAP that the program has. */
async function changeable(operation: Operation, { name, connection }: TapInputs, old: Old<TapInputs, TapState>) {
  const { host, facts } = await reachHost(operation, connection, old);
  const thing = markedTap(facts, name, connection);
  takeBack(operation, host, thing, heldBy(old.state));
  // What somebody else made is kvmnet's from its first change on.
  return { host, facts, thing, madeBy: old.state.madeBy || operation.urn };
}

/** Whether it is there, and whose, is told by the kernel and by kvmnet's files. */
function needTap(facts: Facts, names: readonly string[]): void {
  need(facts, "links", names);
  need(facts, "files", names);
}

/** An interface of that name which is there may be anybody's; one of kvmnet's has its mark. */
function refuseExisting(facts: Facts, host: Host, name: string): void {
  needTap(facts, [name]);
  if (!installed(facts, name) && linkNamed(facts, name))
    throw new Refusal(
      `${host.label}: name: the host has an interface ${name} already, which kvmnet did not make. Take another name.`,
    );
}

/** A TAP has a carrier while a program has it open. */
const isOpen = (link: Link | undefined): boolean => link?.tap !== undefined && link.carrier;

function refuseWhileOpen(facts: Facts, host: Host, name: string, what: string): void {
  if (isOpen(linkNamed(facts, name)))
    throw new Refusal(
      `${host.label}: the TAP ${name} can't ${what}: a program has it open, which would lose its network. Stop it first; grep -l "${name}$" /proc/*/fdinfo/* on the host finds it.`,
    );
}

function logPlan({ log }: Operation, host: Host, facts: Facts, wanted: TapParameters): void {
  const { name, bridge, owner, group } = wanted;
  const may = [owner && `the user ${owner}`, group && `the group ${group}`].filter(Boolean).join(" in ") || "any user";
  const there = linkNamed(facts, name);
  const unlikeNow = findReplacingDifferences(facts, wanted);
  const files = [...tapFiles(wanted, tapScript)].filter(([path, text]) => facts.taps.get(path) !== text);
  const words = [
    `${host.label}: ${!there ? `the TAP ${name} is made, for ${may}` : unlikeNow.length > 0 ? `the TAP ${name} is made anew (${unlikeNow.join("; ")})` : `the TAP ${name} stays`}, a port of ${bridge}. Nothing else of the host's network changes.`,
    ...files.map(([path]) => `writes ${path}`),
  ];
  log.info(words.join("\n"));
}

/** Does what is lacking and nothing else, then reads back what the kernel made of it. */
async function reconcile(
  operation: Operation,
  host: Host,
  machineId: string,
  inputs: TapInputs,
  own: StateOnly,
  mark: OwnerMark,
): Promise<TapState> {
  const { name, bridge } = inputs;
  return operation.hosts.exclusive(machineId, operation.signal, async () => {
    const facts = await host.readRecentFacts(operation.signal);
    const wanted = parametersOf(facts, inputs, own.madeBy);
    needTap(facts, [name, bridge]);
    if (mark.pending) takeOver(operation, host, markedTap(facts, name, inputs.connection));
    if (linkNamed(facts, bridge)?.kind !== "bridge")
      throw new Refusal(`${host.label}: bridge: the host has no bridge ${bridge}.`);
    await refuseUnknown(host, "owner", "passwd", inputs.owner);
    await refuseUnknown(host, "group", "group", inputs.group);
    const there = linkNamed(facts, name);
    const differs = findReplacingDifferences(facts, wanted);
    if (there && !there.tap)
      throw new Refusal(`${host.label}: name: ${name} is no TAP, and not what kvmnet made. Take another name.`);
    operation.signal.throwIfAborted();
    const header = there?.tap?.vnetHdr !== inputs.vnetHdr && !isOpen(there);
    if (there && (differs.length > 0 || header)) {
      refuseWhileOpen(facts, host, name, `be made anew (${differs.join("; ")})`);
      await host.exec(["ip", "link", "delete", "dev", name], { purpose: `make the TAP ${name} anew` });
    }
    await keepMark(host, tapMark(name), mark);
    if (fileDrift(facts, wanted).length === 0) await restartUnit(host, unitOf(name));
    else await installUnit(host, unitOf(name), tapFiles(wanted, tapScript));
    const after = await host.readFreshFacts();
    const lacking = tapDrift(after, wanted);
    if (lacking.length > 0)
      throw new Error(`${host.label}: ${unitOf(name)} reported success, but ${lacking.join("; ")}.`);
    if (mark.pending) await keepMark(host, tapMark(name), clearPending(mark));
    return tapState(after, inputs, own);
  });
}

async function refuseUnknown(host: Host, property: string, database: string, account: string | undefined) {
  if (account === undefined) return;
  const { code } = await host.run(["getent", database, account], { purpose: `look up ${account} in ${database}` });
  if (code !== 0)
    throw new Refusal(
      `${host.label}: ${property}: the host has no ${property === "owner" ? "user" : "group"} ${account}.`,
    );
}
