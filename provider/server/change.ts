import {
  type CreateRequest,
  CreateResponse,
  type DeleteRequest,
  type UpdateRequest,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { decode, type Values } from "../codec/decode";
import { pathText } from "../codec/path";
import type { Secrets } from "../codec/secrets";
import { unknownPaths } from "../codec/unknown";
import { HostError } from "../host/ssh/hostError";
import type { Claims } from "../resources/claims";
import { type Operation, PartlyDone } from "../resources/lifecycle";
import { initFailed } from "./errors";
import type { Unread } from "./read";
import type { ResourceType } from "./resourceType";
import { partsOfUrn } from "./urn";
import { listed } from "./words";

/** What an operation has created, or found there as wanted: URN and ID. */
export type Made = Map<string, string>;

export async function create(
  type: ResourceType,
  request: CreateRequest,
  operation: Operation,
  unread: Unread,
  created: Made,
) {
  const { values, secrets } = decode(request.getProperties());
  saysUnknown(operation, values);
  const made = await type.lifecycle.create(operation, values).catch((error) => {
    if (isUnseen(error, operation, unread)) return { id: "", state: values };
    return rethrow(error, type, values, secrets);
  });
  if (!operation.preview) created.set(operation.urn, made.id);
  const response = new CreateResponse();
  response.setId(made.id);
  response.setProperties(type.encodeState(made.state, secrets, operation.preview));
  response.setRefreshBeforeUpdate(true);
  return response;
}

export async function update(type: ResourceType, request: UpdateRequest, operation: Operation, unread: Unread) {
  const { values, secrets } = decode(request.getNews());
  const old = { inputs: type.oldInputs(request.getOldInputs()).values, state: decode(request.getOlds()).values };
  const asSaid = { state: { ...old.state, ...values } };
  // What it does to the host depends on all of them.
  const made = saysUnknown(operation, values)
    ? asSaid
    : await type.lifecycle.update(operation, request.getId(), old, values).catch((error) => {
        if (isUnseen(error, operation, unread)) return asSaid;
        return rethrow(error, type, values, secrets);
      });
  const response = new UpdateResponse();
  response.setProperties(type.encodeState(made.state, secrets, operation.preview));
  response.setRefreshBeforeUpdate(true);
  return response;
}

export async function remove(
  type: ResourceType,
  request: DeleteRequest,
  operation: Operation,
  claims: Claims,
  created: Made,
): Promise<Empty> {
  // `pulumi up --replace`: what was created instead was found there, and is this.
  if (created.get(operation.urn) === request.getId()) {
    operation.log.info("It is as wanted, and stays: there is nothing to replace it by.");
    return new Empty();
  }
  const inputs = type.oldInputs(request.getOldInputs()).values;
  const state = decode(request.getProperties()).values;
  // The first is what it is; the others are what it is on.
  const [thing] = type.lifecycle.claims?.(operation.name, { ...inputs, ...state }) ?? [];
  const heir = thing && claims.heir(operation.urn, inputs.connection, thing);
  if (heir === undefined) await type.lifecycle.delete(operation, request.getId(), inputs, state);
  else operation.log.info(`${thing?.thing} is ${partsOfUrn(heir).name}'s now and stays.`);
  return new Empty();
}

/** A preview says what it can't know yet, and so why it is silent on the rest. */
function saysUnknown({ preview, log }: Operation, values: Values): boolean {
  const unknown = preview ? unknownPaths(values).map(pathText) : [];
  if (unknown.length === 0) return false;
  const [are, them] = unknown.length > 1 ? ["are", "they are"] : ["is", "it is"];
  log.info(
    `${listed(unknown, "and")} ${are} not known yet: what follows from that on the host can be told once ${them}.`,
  );
  return true;
}

/** A preview shows what the program says also of a host that is off just now, or is not there yet. */
function isUnseen(error: unknown, { preview, signal }: Operation, unread: Unread): boolean {
  if (!preview || signal.aborted || !(error instanceof HostError)) return false;
  if (!["unreachable", "noSuchName", "dropped"].includes(error.kind)) return false;
  unread(error.host, error.kind, `${error.message}\nThe preview does not know what is on this host.`);
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
