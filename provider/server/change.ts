import {
  type CreateRequest,
  CreateResponse,
  type DeleteRequest,
  type UpdateRequest,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { decode, type Values } from "../codec/decode";
import type { Secrets } from "../codec/secrets";
import { pageHere } from "../host/documentation";
import type { Facts } from "../host/facts/facts";
import { UnreadableFact } from "../host/facts/unreadable";
import type { HostOptions } from "../host/hostOptions";
import { HostError, NewMachine } from "../host/ssh/hostError";
import { until } from "../host/until";
import { type Operation, PartlyDone } from "../resources/lifecycle";
import { describeKeptNics, describePossibleDeletions, refusalsOf } from "../resources/ownership/deletions";
import type { Owned } from "../resources/ownership/ownedResource";
import { inWordsTo } from "../resources/ownership/words";
import { type Connection, whole } from "../schema/connection";
import { pathText } from "../schema/path";
import { Refusal } from "../schema/refusal";
import { unknownPaths } from "../schema/unknown";
import { partsOfUrn } from "../schema/urn";
import { initFailed } from "./errors";
import type { ResourceType } from "./resourceType";
import type { WarnUnreadable } from "./warnUnreadable";
import { listed } from "./words";

export async function create(
  type: ResourceType,
  request: CreateRequest,
  defaults: Partial<Connection>,
  operation: Operation,
  tellUnread: WarnUnreadable,
) {
  const { values: said, secrets } = decode(request.getProperties());
  const values = whole(said, defaults);
  warnOfUnknown(operation, values);
  if (!operation.preview) operation.owned.recordCreate(operation.urn);
  const made = await createOrPreview(type, operation, values).catch((error) => {
    if (isUnseen(error, operation, tellUnread)) return { id: "", state: values };
    return rethrow(error, type, said, secrets);
  });
  const response = new CreateResponse();
  response.setId(made.id);
  response.setProperties(type.encodeState(made.state, secrets, operation.preview));
  response.setRefreshBeforeUpdate(true);
  return response;
}

export async function update(
  type: ResourceType,
  request: UpdateRequest,
  defaults: Partial<Connection>,
  operation: Operation,
  tellUnread: WarnUnreadable,
) {
  const { values: said, secrets } = decode(request.getNews());
  const values = whole(said, defaults);
  const before = whole(type.oldInputs(request.getOldInputs()).values, defaults);
  const old = { inputs: before, state: decode(request.getOlds()).values };
  const asSaid = { state: { ...old.state, ...values } };
  // What it does to the host depends on all of them.
  const made = warnOfUnknown(operation, values)
    ? asSaid
    : await updateOrPreview(type, operation, request.getId(), old, values).catch((error) => {
        if (error instanceof NewMachine) return anew(type, operation, values, error);
        if (isUnseen(error, operation, tellUnread)) return asSaid;
        return rethrow(error, type, said, secrets);
      });
  const response = new UpdateResponse();
  response.setProperties(type.encodeState(made.state, secrets, operation.preview));
  response.setRefreshBeforeUpdate(true);
  return response;
}

export async function remove(
  type: ResourceType,
  request: DeleteRequest,
  defaults: Partial<Connection>,
  operation: Operation,
): Promise<Empty> {
  const inputs = whole(type.oldInputs(request.getOldInputs()).values, defaults);
  const state = decode(request.getProperties()).values;
  const one = { urn: operation.urn, type: partsOfUrn(operation.urn).type, id: request.getId(), inputs, state };
  const { owned, log } = operation;
  const [stays, gone] = [owned.sharer(one), owned.goesWith(one)];
  const other = stays ?? gone;
  if (other !== undefined) {
    const what = stays === undefined ? "it goes with that" : "it stays, as the program has that";
    log.info(`The state has the same thing of the host as ${inWordsTo(other, one.urn)}: ${what}.`);
    return new Empty();
  }
  owned.recordDelete(one);
  const work = async () => {
    await askFirst(operation, one);
    await type.lifecycle.delete(operation, request.getId(), inputs, state);
  };
  await work().catch((error) => {
    if (isAway(error, operation)) throw new HostError(error.kind, error.host, `${error.reason}\n${goneForGood(one)}`);
    if (!(error instanceof NewMachine)) throw error;
    operation.log.warn(`${error.message}\nNothing of this is on it: there is nothing to delete.`);
  });
  return new Empty();
}

/** Nothing can be deleted on a host that there is no more: its user knows whether it is off, or gone. */
const goneForGood = ({ urn }: Owned) =>
  `If the host is gone for good: pulumi state delete '${urn}' has Pulumi forget this, and ${pageHere("docs/leaving.md")} says how it forgets all.`;

/**
 * The first that goes from a host asks for all: what is refused is refused before anything is gone. By then nobody knows
 * which of them the engine will leave out: each asks for itself what was deleted before it.
 */
async function askFirst(operation: Operation, one: Owned): Promise<void> {
  const { owned } = operation;
  const { hostId } = one.state;
  if (typeof hostId !== "string") return;
  const first = owned.findReplaced(one);
  if (first !== undefined) return askReplaced(operation, one, first);
  await owned.once(hostId, async () => {
    const { host, facts } = (await reachedTo(operation, one)) ?? {};
    const why = host && facts ? refusalsOf(facts, owned.listDeletionsWith(one)) : [];
    if (why.length > 0) throw new Refusal(`${host?.label}: nothing was deleted: ${why.join("\n")}`);
  });
  // What is replaced comes again, and what is on it may not have been told of yet.
  if (owned.isInProgram(one.urn)) return;
  const refusals = (facts: Facts) => refusalsOf(facts, owned.listDeleted(), [one]);
  const { host, facts } = (await reachedTo(operation, one)) ?? {};
  if (host === undefined || facts === undefined || refusals(facts).length === 0) return;
  // Deletes that go at once come one after the other: those that came meanwhile count too.
  const why = refusals(await host.readFreshFacts(operation.signal));
  if (why.length === 0) return;
  const kept = describeKeptNics(facts, owned.listDeletions(), owned.listDeleted(), one.urn);
  throw new Refusal(`${host.label}: ${why.join("\n")}${kept}`);
}

/**
 * What is made anew in the midst of the program goes with what it is on, or not at all. Nobody knows yet what else will
 * go: of the NICs on it, those that are gone are no reason.
 */
async function askReplaced(operation: Operation, one: Owned, first: readonly Owned[]): Promise<void> {
  const { owned } = operation;
  // The last one of them is refused for its own reasons.
  if (first.length === 1) return;
  const { host, facts } = (await reachedTo(operation, one)) ?? {};
  const why = host && facts ? refusalsOf(facts, owned.listDeleted(), first) : [];
  const others = owned.listDeleted().filter(({ state }) => state.hostId === one.state.hostId).length > 1;
  const nothing = others ? "" : "nothing was deleted: ";
  if (why.length === 0) return;
  const perhaps = describePossibleDeletions(owned.listPossibleDeletions(first), one.urn);
  throw new Refusal(`${host?.label}: ${nothing}${why.join("\n")}${perhaps}`);
}

/** Undefined: the machine was installed anew. */
async function reachedTo({ hosts, signal, log }: Operation, { inputs, state }: Owned) {
  const known = { ...(state as HostOptions), retries: true, signal, waits: (words: string) => log.progress(words) };
  return hosts.reachFacts(inputs.connection as Connection, known).catch((error) => {
    if (error instanceof NewMachine) return undefined;
    throw error;
  });
}

/** On a machine that was installed anew, there is nothing to update. */
function anew(type: ResourceType, operation: Operation, inputs: Values, { message }: NewMachine) {
  operation.log.warn(`${message}\nIt is made there as if it were new.`);
  return createOrPreview(type, operation, inputs);
}

/** A preview changes nothing, and ends with its signal whatever the host does; a change ends itself. */
async function createOrPreview({ lifecycle }: ResourceType, operation: Operation, inputs: Values) {
  if (!operation.preview) return lifecycle.create(operation, inputs);
  return { id: "", state: await until(lifecycle.previewCreate(operation, inputs), operation.signal) };
}

async function updateOrPreview(
  { lifecycle }: ResourceType,
  operation: Operation,
  id: string,
  old: { readonly inputs: Values; readonly state: Values },
  inputs: Values,
) {
  if (!operation.preview) return lifecycle.update(operation, id, old, inputs);
  return { state: await until(lifecycle.previewUpdate(operation, id, old, inputs), operation.signal) };
}

/** A preview says what it can't know yet, and so why it is silent on the rest. */
function warnOfUnknown({ preview, log, notices, name }: Operation, values: Values): boolean {
  const unknown = preview ? unknownPaths(values).map(pathText) : [];
  if (unknown.length === 0) return false;
  // Of a connection that a resource of the program brings along, every part waits for that, whoever says it.
  const ways = unknown.filter((path) => path.split(".")[0] === "connection");
  const others = unknown.filter((path) => !ways.includes(path));
  const [are, they, known] = others.length > 1 ? ["are", "they change", "they are"] : ["is", "it changes", "it is"];
  const sentences = [
    ...(others.length > 0
      ? [`${listed(others, "and")} ${are} not known yet. What ${they} on the host is shown once ${known} known.`]
      : []),
    ...(ways.length > 0
      ? [
          "The way to the host depends on a resource that does not exist yet, or that can't be read now. What changes on the host is shown after that.",
        ]
      : []),
  ];
  const first = notices.first(sentences.join("\n"), name);
  log.info(first === undefined || first === name ? sentences.join("\n") : `As of ${first}: that is not known yet.`);
  return true;
}

/** Whether a host is off, or not there, and nobody has cancelled the wait for it. */
function isAway(error: unknown, { signal }: Operation): error is HostError {
  if (signal.aborted || !(error instanceof HostError)) return false;
  return ["unreachable", "noSuchName", "dropped"].includes(error.kind);
}

/** A preview shows what the program says also of a host that is off just now, or is not there yet. */
function isUnseen(error: unknown, operation: Operation, tellUnread: WarnUnreadable): boolean {
  if (operation.preview && error instanceof UnreadableFact && error.asReader) {
    operation.log.warn(
      `${error.message}\nWhat \`up\` does for ${operation.name} is not told: this look is not root's.`,
    );
    return true;
  }
  if (!operation.preview || !isAway(error, operation)) return false;
  tellUnread(error.host, error.kind, `${error.message}\nThe preview does not know what is on this host.`);
  return true;
}

/** The error, in the engine's form where the thing is there all the same. */
export function rethrow(error: unknown, type: ResourceType, inputs: Values, secrets: Secrets): never {
  if (!(error instanceof PartlyDone)) throw error;
  throw initFailed(
    {
      id: error.id,
      properties: type.encodeState(error.state, secrets),
      inputs: type.encodeInputs(inputs, secrets),
    },
    error.reasons,
  );
}
