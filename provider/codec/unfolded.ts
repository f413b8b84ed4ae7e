import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decode } from "./decode";

/** What is nested comes as JSON from a stack's config and from most languages. Undefined where it is none. */
export function unfolded(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    const { value: read } = decode(Struct.fromJavaScript({ value: JSON.parse(value) as JavaScriptValue })).values;
    return read;
  } catch {
    return undefined;
  }
}
