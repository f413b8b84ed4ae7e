import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { visibleText } from "./visibleText";

/** What the engine shows: a message without a JS stack, and without what a host's output could do to a terminal. */
export function statusOf(error: unknown): grpc.ServiceError {
  const message = visibleText(messageOf(error));
  const code = isServiceError(error) ? error.code : grpc.status.UNKNOWN;
  const metadata = isServiceError(error) ? error.metadata : new grpc.Metadata();
  return Object.assign(new Error(message), { code, details: message, metadata });
}

/** An error that the engine may be told the code of. */
export function serviceError(code: grpc.status, message: string): grpc.ServiceError {
  return Object.assign(new Error(message), { code, details: message, metadata: new grpc.Metadata() });
}

/** There, but not as wanted: the engine puts it into the state, with the reasons. */
export function initFailed(
  parts: { id: string; properties: Struct; inputs: Struct },
  reasons: readonly string[],
): grpc.ServiceError {
  const detail = new ErrorResourceInitFailed();
  detail.setId(parts.id);
  detail.setProperties(parts.properties);
  detail.setInputs(parts.inputs);
  detail.setReasonsList(reasons.map(visibleText));
  detail.setRefreshBeforeUpdate(true);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const message = visibleText(reasons.join("\n"));
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(any);
  const error = serviceError(grpc.status.UNKNOWN, message);
  // Where gRPC's other languages put details; grpc-js leaves it to us.
  error.metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return error;
}

export function messageOf(error: unknown): string {
  // Node's for a name with several addresses: the message is empty, the reasons are inside.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  if (!(error instanceof Error)) return String(error);
  const bug = [TypeError, ReferenceError, RangeError].some((type) => error instanceof type);
  return bug ? `${error.message} (a mistake in kvmnet itself: please report it)` : error.message;
}

const isServiceError = (error: unknown): error is grpc.ServiceError =>
  error instanceof Error && "code" in error && typeof error.code === "number" && "metadata" in error;
