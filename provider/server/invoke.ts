import { type InvokeRequest, InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { decode, type Values } from "../codec/decode";
import { encode } from "../codec/encode";
import { pathText } from "../codec/path";
import { containsUnknown } from "../codec/unknown";
import { type Call, type HostFunction, WrongArgument } from "../functions/function";
import { propertiesOf } from "../resources/shape";
import { failure } from "./failure";
import { validate } from "./validate";

/** A function of whatever kind: the server moves values between it and the engine and looks at none. */
export type AnyFunction = HostFunction<Values, Values>;

/** Answers a program's question; what is wrong with the question is a failure that names the property. */
export async function invoke(known: AnyFunction, request: InvokeRequest, call: Call): Promise<InvokeResponse> {
  const { inputs, outputs } = known.definition;
  const { values, secrets } = decode(request.getArgs());
  const response = new InvokeResponse();
  const fail = (property: string, reason: string) => response.addFailures(failure(property, reason));
  const checked = validate(inputs, values);
  for (const { path, reason } of checked.wrong) fail(pathText(path), reason);
  // An SDK does not call with what only `up` will know, and an answer can't be "not known yet".
  const later = Object.keys(values).filter((key) => containsUnknown(values[key]));
  for (const key of later) fail(key, "is not known yet in a preview");
  if (response.getFailuresList().length > 0) return response;
  try {
    const result = await known.call(call, checked.value as Values);
    response.setReturn(encode(result, propertiesOf(outputs), secrets));
  } catch (error) {
    if (!(error instanceof WrongArgument)) throw error;
    fail(error.property, error.message);
  }
  return response;
}
