import fc from "fast-check";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decode } from "../../../provider/codec/decode";
import { encode } from "../../../provider/codec/encode";
import { Secrets } from "../../../provider/codec/secrets";
import { unknownTexts, wire } from "../../../provider/codec/wire";
import { pathText } from "../../../provider/schema/path";
import type { Properties } from "../../../provider/schema/shape";
import { containsUnknown, UNKNOWN } from "../../../provider/schema/unknown";

const text = { shape: { kind: "string" }, description: "", secret: false, required: false } as const;
const properties: Properties = {
  name: text,
  token: { ...text, secret: true },
  way: {
    ...text,
    shape: {
      kind: "object",
      name: "Way",
      description: "",
      properties: { user: text, password: { ...text, secret: true } },
    },
  },
  either: {
    ...text,
    shape: {
      kind: "union",
      options: [
        { kind: "string" },
        { kind: "object", name: "Or", description: "", properties: { pin: { ...text, secret: true } } },
      ],
    },
  },
};
const secret = (value: unknown) => ({ [wire.signature]: wire.secret, value });
const struct = (value: unknown) => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);
const encoded = (values: Record<string, unknown>, secrets = new Secrets()) =>
  encode(values, properties, secrets).toJavaScript();

describe("What comes in", () => {
  it.each([...unknownTexts])("is UNKNOWN where the engine sends %s", (sentinel) => {
    const { values } = decode(struct({ name: sentinel, way: { user: sentinel }, list: [sentinel] }));
    expect(values).toEqual({ name: UNKNOWN, way: { user: UNKNOWN }, list: [UNKNOWN] });
    expect(containsUnknown(values)).toBe(true);
  });

  it("is opened where it is secret, nested too, and the place is kept", () => {
    const { values, secrets } = decode(
      struct({ way: secret({ user: "root", password: secret("hunter2") }), list: ["a", secret("b")] }),
    );
    expect(values).toEqual({ way: { user: "root", password: "hunter2" }, list: ["a", "b"] });
    expect(secrets.has(["way"])).toBe(true);
    expect(secrets.has(["list", 1])).toBe(true);
    expect(secrets.has(["list", 0])).toBe(false);
    expect(secrets.covers(["way", "user"])).toBe(true);
    expect(secrets.covers(["name"])).toBe(false);
  });

  it("is the value of an output value, UNKNOWN without one, and keeps its secret", () => {
    const output = { [wire.signature]: wire.output };
    const { values, secrets } = decode(struct({ a: { ...output, value: "x", secret: true }, b: output }));
    expect(values).toEqual({ a: "x", b: UNKNOWN });
    expect(secrets.has(["a"])).toBe(true);
  });

  it("is a resource's ID where the resource itself was given, UNKNOWN while it has none", () => {
    const resource = { [wire.signature]: wire.resource, urn: "urn:pulumi:s::p::t::n" };
    expect(decode(struct({ a: { ...resource, id: "x" }, b: { ...resource, id: "" }, c: resource })).values).toEqual({
      a: "x",
      b: UNKNOWN,
      c: UNKNOWN,
    });
  });

  it("lacks what the program gave as null", () => {
    expect(decode(struct({ name: null, way: { user: null } })).values).toEqual({ way: {} });
    // As a component hands on a part of a connection that comes later and turns out to have none.
    const output = (value: unknown) => ({ [wire.signature]: wire.output, value, secret: true });
    const none = { token: secret(null), way: { user: output(null), password: secret(secret(null)) } };
    expect(decode(struct(none)).values).toEqual({ way: {} });
    expect(encoded(decode(struct(none)).values, decode(struct(none)).secrets)).toEqual({ way: {} });
    expect(decode(undefined).values).toEqual({});
  });
});

describe("What goes out", () => {
  it("is secret where the definition says so, inside of objects and unions too", () => {
    const values = { name: "n", token: "t", way: { user: "root", password: "p" }, either: { pin: "1" } };
    expect(encoded(values)).toEqual({
      name: "n",
      token: secret("t"),
      way: { user: "root", password: secret("p") },
      either: { pin: secret("1") },
    });
  });

  it("is secret where it came in as a secret", () => {
    expect(encoded({ name: "n", way: { user: "root" } }, new Secrets([["name"], ["way", "user"]]))).toEqual({
      name: secret("n"),
      way: { user: secret("root") },
    });
  });

  it("is unknown where it is unknown, secret or not", () => {
    expect(encoded({ name: UNKNOWN, token: UNKNOWN })).toEqual({
      name: wire.unknownString,
      token: secret(wire.unknownString),
    });
  });

  it("lacks what is undefined", () => {
    expect(encoded({ name: undefined, way: { user: undefined } })).toEqual({ way: {} });
  });

  it("comes back the same when it comes in again", () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.constant(UNKNOWN), fc.array(tie("any")), tie("object")),
      object: fc.dictionary(
        fc.string().filter((key) => key !== wire.signature && key !== "__proto__"),
        tie("any"),
      ),
    })).object;
    fc.assert(
      fc.property(value, (values) => {
        expect(decode(encode(values as Record<string, unknown>, properties, new Secrets())).values).toEqual(values);
      }),
    );
  });
});

it("A path is written as the engine reads it", () => {
  expect(pathText(["addressing", "routes", 0, "via"])).toBe("addressing.routes[0].via");
  expect(pathText(["config", "/etc/netplan/x.yaml"])).toBe('config["/etc/netplan/x.yaml"]');
  expect(pathText([])).toBe("");
});
