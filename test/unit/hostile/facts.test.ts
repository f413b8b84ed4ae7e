import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import type { Facts } from "../../../provider/host/facts/facts";
import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { parseSections } from "../../../provider/host/facts/sections";
import { bridge } from "../../../provider/resources/bridge/definition";
import { planBridge } from "../../../provider/resources/bridge/plan";
import { recordedHost, recordedHosts } from "../support/recordedHosts";
import { cases, hostileJson, hostileText, isMistake, many } from "./arbitraries";

const bridges = join(__dirname, "../plan/bridge/cases");
const wanted = (inputs: object = {}) => bridge.inputs.parse({ connection: { host: "kvm1" }, ...inputs });
const real = [
  ...readdirSync(bridges).map((name) => {
    const { host, inputs } = parse(readFileSync(join(bridges, name, "case.yaml"), "utf8"));
    return { facts: recordedHost(host), inputs: wanted(inputs) };
  }),
  ...recordedHosts().map((name) => ({ facts: recordedHost(name), inputs: wanted() })),
];

/** The facts, or undefined where they are refused; a mistake of the program's own is neither. */
function read(output: Buffer): Facts | undefined {
  try {
    return parseFacts(output);
  } catch (error) {
    if (isMistake(error)) throw error;
    return undefined;
  }
}

/** Decides on the facts as if they were true. */
function plan(facts: Facts, inputs: (typeof real)[number]["inputs"]): void {
  try {
    const { change } = planBridge(facts, inputs, "urn:x::br");
    for (const line of [...change.apply, ...change.rollback, ...change.tidy]) expect(typeof line).toBe("string");
  } catch (error) {
    if (isMistake(error)) throw error;
  }
}

test("an answer with bytes changed, cut off or put in is read or refused", () => {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(40),
    put: fc.uint8Array({ maxLength: 8 }),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...real),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      ({ facts, inputs }, edits) => {
        const output = edits.reduce((bytes, { at, cut, put }) => {
          const start = Math.floor(at * bytes.length);
          return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + cut)]);
        }, facts);
        const got = read(output);
        if (got) plan(got, inputs);
      },
    ),
    cases(1500),
  );
});

/** Puts a value at a place of some JSON, chosen by a number. */
function replaced(value: unknown, choice: number, by: unknown): unknown {
  if (typeof value !== "object" || value === null) return by;
  const keys = Object.keys(value);
  const key = keys[choice % (keys.length + 1)];
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], Math.floor(choice / (keys.length + 1)), by);
  return copy;
}

function jsonOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const framed = (name: string, code: number, text: string) =>
  Buffer.concat([Buffer.from(`${name} ${code} ${Buffer.byteLength(text)}\n`), Buffer.from(`${text}\n`)]);

test("a host that says something else in a place of its facts is read or refused", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...real),
      fc.array(fc.record({ section: fc.nat(), choice: fc.nat(), by: hostileJson, text: hostileText }), {
        minLength: 1,
        maxLength: 3,
      }),
      ({ facts, inputs }, lies) => {
        const sections = parseSections(facts).map((one) => ({ ...one }));
        for (const { section, choice, by, text } of lies) {
          const one = sections[section % sections.length];
          if (one === undefined) continue;
          const json = jsonOf(one.text);
          const at = choice % (one.text.length + 1);
          one.text =
            json === undefined
              ? one.text.slice(0, at) + text + one.text.slice(at + (choice % 7))
              : JSON.stringify(replaced(json, choice, by));
        }
        const got = read(Buffer.concat(sections.map(({ name, code, text }) => framed(name, code, text))));
        if (got === undefined) refused += 1;
        else plan(got, inputs);
      },
    ),
    cases(2500),
  );
  expect(refused).toBeGreaterThan(many(50));
  expect(refused).toBeLessThan(many(2450));
});

test("XML that expands without end is refused, or stays small", () => {
  const names = "abcdefghij".split("");
  const entities = names.map(
    (name, index) => `<!ENTITY ${name} "${index === 0 ? "x".repeat(100) : `&${names[index - 1]};`.repeat(10)}">`,
  );
  const xml = `<!DOCTYPE domain [${entities.join("")}]><domain><name>&j;</name><uuid>1</uuid></domain>`;
  const libvirt = `\fdomain\f\nrunning\n\f\n${xml}\n\f\n${xml}\n`;
  const output = Buffer.concat([framed("machineId", 0, "0".repeat(32)), framed("libvirt", 0, libvirt)]);
  expect(JSON.stringify(read(output)?.libvirt ?? "").length).toBeLessThan(100_000);
});
