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
import { HostError } from "../host/ssh/hostError";
import { type Operation, PartlyDone } from "../resources/lifecycle";
import { initFailed } from "./errors";
import type { Unread } from "./read";
import type { ResourceType } from "./resourceType";

export async function create(type: ResourceType, request: CreateRequest, operation: Operation, unread: Unread) {
  const { values, secrets } = decode(request.getProperties());
  const made = await type.lifecycle.create(operation, values).catch((error) => {
    if (isUnseen(error, operation, unread)) return { id: "", state: values };
    return rethrow(error, type, values, secrets);
  });
  const response = new CreateResponse();
  response.setId(made.id);
  response.setProperties(type.encodeState(made.state, secrets, operation.preview));
  response.setRefreshBeforeUpdate(true);
  return response;
}

export async function update(type: ResourceType, request: UpdateRequest, operation: Operation, unread: Unread) {
  const { values, secrets } = decode(request.getNews());
  const old = { inputs: type.oldInputs(request.getOldInputs()).values, state: decode(request.getOlds()).values };
  const made = await type.lifecycle.update(operation, request.getId(), old, values).catch((error) => {
    if (isUnseen(error, operation, unread)) return { state: { ...old.state, ...values } };
    return rethrow(error, type, values, secrets);
  });
  const response = new UpdateResponse();
  response.setProperties(type.encodeState(made.state, secrets, operation.preview));
  response.setRefreshBeforeUpdate(true);
  return response;
}

export async function remove(type: ResourceType, request: DeleteRequest, operation: Operation): Promise<Empty> {
  const inputs = type.oldInputs(request.getOldInputs()).values;
  await type.lifecycle.delete(operation, request.getId(), inputs, decode(request.getProperties()).values);
  return new Empty();
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
