import { CheckRequest } from "@pulumi/pulumi/proto/provider_pb";
import fc from "fast-check";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decode } from "../../../provider/codec/decode";
import { ClaimRegistry } from "../../../provider/resources/claimRegistry";
import { lifecycles } from "../../../provider/resources/lifecycles";
import { Ownership } from "../../../provider/resources/ownership/owned";
import type { Properties, Shape } from "../../../provider/schema/shape";
import { check } from "../../../provider/server/check";
import { ResourceType } from "../../../provider/server/resourceType";
import { ConfigError, checkConfig } from "../../../stacks/checkConfig";
import { cases, hostileJson, hostileText, many } from "./arbitraries";

const secret = "s3cret-";

const reach = {
  ...{ host: "kvm1.example", port: 22, user: "root", password: secret, privateKey: secret, privateKeyPassword: secret },
  ...{ agentSocketPath: "/run/agent", hostKey: "ssh-ed25519 AAAA", dialErrorLimit: 10, perDialTimeout: 15 },
  strictHostKeyChecking: "yes",
};
const connection = { ...reach, proxy: reach, sudo: { password: secret } };
/** What is right for a required property of any resource. */
const right: Record<string, unknown> = { connection, bridge: "br0", domain: "web" };

type Step = { key: string | number; secret: boolean };

/** Every place that a value can stand in. */
function places(properties: Properties, before: readonly Step[] = []): Step[][] {
  return Object.entries(properties).flatMap(([key, property]) =>
    inside(property.shape, [...before, { key, secret: property.secret && property.shape.kind === "string" }]),
  );
}

function inside(shape: Shape, path: Step[]): Step[][] {
  switch (shape.kind) {
    case "array":
      return [path, ...inside(shape.of, [...path, { key: 0, secret: false }])];
    case "object":
      return [path, ...places(shape.properties, path)];
    case "union":
      return shape.options.flatMap((option) => inside(option, path));
    default:
      return [path];
  }
}

/** A copy of what is right, with one place of it taken by something else. */
function put(inputs: unknown, path: readonly Step[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const here = typeof inputs === "object" && inputs !== null ? inputs : {};
  if (typeof step.key === "number") return [put(undefined, rest, value)];
  return { ...here, [step.key]: put(here[step.key as keyof typeof here], rest, value) };
}

/** Right inputs, but for a place or two. */
function inputsOf(properties: Properties): fc.Arbitrary<Record<string, unknown>> {
  const required = Object.keys(properties).filter((key) => properties[key]?.required);
  const base = {
    connection: right.connection,
    ...Object.fromEntries(required.map((key) => [key, right[key]])),
    // One of several ways to say what it is on is asked for.
    ...("domain" in properties ? { network: "lan" } : "device" in properties && { bridge: "br0" }),
  };
  const place = fc.constantFrom(...places(properties));
  const value = fc.oneof({ weight: 3, arbitrary: hostileText }, { weight: 1, arbitrary: hostileJson });
  return fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 2 }).map(
    (changes) =>
      changes.reduce<unknown>((inputs, [path, text]) => {
        const hidden = path.at(-1)?.secret && typeof text === "string";
        return put(inputs, path, hidden ? secret + text : text);
      }, base) as Record<string, unknown>,
  );
}

/** Every string of a value, but those in the places that take any text. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => (/password|privateKey/i.test(key) ? [] : texts(one)));
}

describe.each(lifecycles.map((lifecycle) => new ResourceType(lifecycle)))("$name", (type) => {
  const checked = (inputs: Record<string, unknown>) => {
    const request = new CheckRequest();
    request.setUrn(`urn:pulumi:dev::homelab::kvmnet:index:${type.name}::one`);
    request.setNews(Struct.fromJavaScript(inputs as Record<string, JavaScriptValue>));
    const response = check(type, request, {}, new ClaimRegistry(), new Ownership());
    return { failures: response.getFailuresList(), inputs: decode(response.getInputs()).values };
  };

  test("whatever it is given, check takes it as plain text or says at which property it is wrong, without repeating secrets", () => {
    let taken = 0;
    fc.assert(
      fc.property(inputsOf(type.inputs), (inputs) => {
        const { failures, inputs: result } = checked(inputs);
        for (const failure of failures) {
          expect(failure.getReason()).toMatch(/^[^\p{C}]{1,1000}$/u);
          expect(failure.getReason()).not.toContain(secret);
        }
        if (failures.length > 0) return;
        taken += 1;
        expect(texts(result).filter((text) => /\p{C}/u.test(text) || text.length > 300)).toEqual([]);
      }),
      cases(1500),
    );
    // With all of it refused, the one half would not have been tried.
    expect(taken).toBeGreaterThan(many(50));
  });
});

test("a stack's config is taken, or refused in lines that a terminal can show", () => {
  const host = fc.record(
    { connection: hostileJson, bridge: hostileJson, networks: fc.dictionary(hostileText, hostileJson, { maxKeys: 2 }) },
    { requiredKeys: [] },
  );
  const config = fc.record(
    { hosts: fc.dictionary(hostileText, host, { maxKeys: 2 }), vms: hostileJson },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(config, hostileJson), (written) => {
      try {
        checkConfig(written);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        expect(error.problems.filter((problem) => /\p{C}/u.test(problem))).toEqual([]);
      }
    }),
    cases(1500),
  );
});
