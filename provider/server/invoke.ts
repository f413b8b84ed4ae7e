import { type InvokeRequest, InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { decode, type Values } from "../codec/decode";
import { encode } from "../codec/encode";
import { type Call, type HostFunction, WrongArgument } from "../functions/function";
import { until } from "../host/until";
import { type Connection, withDefaults } from "../schema/connection";
import { propertiesOf } from "../schema/shape";
import { containsUnknown } from "../schema/unknown";
import { failure } from "./failure";
import { hasHost, noHost } from "./noHost";
import { unprinted } from "./unprinted";
import { validate } from "./validate";
import { visibleValues } from "./visibleText";

/** A function of whatever kind: the server moves values between it and the engine and looks at none. */
export type AnyFunction = HostFunction<Values, Values>;

/** Answers a program's question; what is wrong with the question is a failure that names the property. */
export async function invoke(
  known: AnyFunction,
  request: InvokeRequest,
  defaults: Partial<Connection>,
  call: Call,
): Promise<InvokeResponse> {
  const { inputs, outputs } = known.definition;
  const { values, secrets } = decode(request.getArgs());
  const response = new InvokeResponse();
  const fail = (property: string, reason: string) => response.addFailures(failure(property, reason));
  const checked = validate(inputs, values);
  for (const one of checked.wrong) {
    const { property, reason } = unprinted(propertiesOf(inputs), values, one);
    fail(property, reason);
  }
  // An SDK does not call with what only `up` will know, and an answer can't be "not known yet".
  const later = Object.keys(values).filter((key) => containsUnknown(values[key]));
  for (const key of later) fail(key, "is not known yet in a preview");
  const asked = checked.value as Values;
  const connection = withDefaults(asked.connection, defaults);
  if (response.getFailuresList().length === 0 && !hasHost(connection)) fail(noHost.property, noHost.reason);
  if (response.getFailuresList().length > 0) return response;
  try {
    const result = await until(known.call(call, { ...asked, connection }), call.signal);
    response.setReturn(encode(visibleValues(result), propertiesOf(outputs), secrets));
  } catch (error) {
    if (!(error instanceof WrongArgument)) throw error;
    fail(error.property, error.message);
  }
  return response;
}
