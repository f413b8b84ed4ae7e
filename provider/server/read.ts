import { type ReadRequest, ReadResponse } from "@pulumi/pulumi/proto/provider_pb";
import { decode, type Values } from "../codec/decode";
import type { Secrets } from "../codec/secrets";
import { HostError, NewMachine } from "../host/ssh/hostError";
import { until } from "../host/until";
import { type Operation, PartlyDone, type ReadResult } from "../resources/lifecycle";
import { type Connection, whole, withoutDefaults } from "../schema/connection";
import { rethrow } from "./change";
import { messageOf } from "./errors";
import type { ResourceType } from "./resourceType";
import type { WarnUnreadable } from "./warnUnreadable";

/**
 * What the host has now. An error here would stop preview, up and destroy of the whole stack, with no way round it:
 * whatever happens, the state is kept as it was and a warning says so.
 */
export async function read(
  type: ResourceType,
  request: ReadRequest,
  defaults: Partial<Connection>,
  operation: Operation,
  tellUnread: WarnUnreadable,
) {
  const inputs = type.oldInputs(request.getInputs());
  const known = inputs.given;
  const state = decode(request.getProperties());
  const secrets = inputs.secrets.and(state.secrets);
  const values = whole(inputs.values, defaults);
  try {
    const looking = known
      ? type.lifecycle.read(operation, request.getId(), values, state.values)
      : importing(type, request, defaults, operation);
    // It changes nothing: a host that hangs is left where it is.
    const found = await until(looking, operation.signal);
    if (found.kind === "there") {
      operation.owned.recordRead(operation.urn, found.id, found.inputs, found.state);
      // The engine prints an imported resource's: nothing of the provider's is in it.
      const connection = known
        ? inputs.values.connection
        : withoutDefaults((found.inputs.connection ?? {}) as Partial<Connection>, defaults);
      return there(type, { ...found, inputs: { ...found.inputs, connection } }, inputs.secrets, secrets);
    }
    // The preview itself only shows that it would be created.
    operation.log.info(found.why);
    return gone();
  } catch (error) {
    if (known) operation.owned.recordRead(operation.urn, request.getId(), values, state.values);
    // There, but still not as wanted: the engine would forget that if it were not said again.
    // Nothing of before is on it: it shows as what would be created.
    if (error instanceof NewMachine) {
      operation.log.warn(`${error.message}\nWhat this stack had on the machine of before is forgotten.`);
      return gone();
    }
    if (error instanceof PartlyDone) rethrow(error, type, inputs.values, secrets);
    if (!known) throw error;
    if (!operation.signal.aborted) warn(error, operation, tellUnread);
    return kept(request);
  }
}

function gone(): ReadResponse {
  const response = new ReadResponse();
  response.setRefreshBeforeUpdate(true);
  return response;
}

function there(
  type: ResourceType,
  found: Extract<ReadResult<Values, Values>, { kind: "there" }>,
  inputSecrets: Secrets,
  secrets: Secrets,
): ReadResponse {
  const response = new ReadResponse();
  response.setRefreshBeforeUpdate(true);
  response.setId(found.id);
  response.setInputs(type.encodeInputs(found.inputs, inputSecrets));
  response.setProperties(type.encodeState(found.state, secrets));
  return response;
}

/** The state as it is, secrets and all. */
export function kept(request: ReadRequest): ReadResponse {
  const response = new ReadResponse();
  response.setRefreshBeforeUpdate(true);
  response.setId(request.getId());
  response.setInputs(request.getInputs());
  response.setProperties(request.getProperties());
  return response;
}

/** The one Read that may fail: there is no state to keep. */
async function importing(
  type: ResourceType,
  request: ReadRequest,
  defaults: Partial<Connection>,
  operation: Operation,
) {
  if (type.lifecycle.import) return type.lifecycle.import(operation, request.getId(), defaults);
  throw new Error(
    `a ${type.name} can't be imported or got by its ID yet: the ID does not say how its host is reached. ` +
      "Declare it in the program with its connection, without `import`.",
  );
}

function warn(error: unknown, operation: Operation, tellUnread: WarnUnreadable): void {
  if (error instanceof HostError) {
    tellUnread(
      error.host,
      error.kind,
      `${error.message}\nNothing on this host was looked at: what the stack knows of it is kept as it was.`,
    );
    return;
  }
  operation.log.warn(`${messageOf(error)}\n${operation.name} was not looked at: its state is kept as it was.`);
}
