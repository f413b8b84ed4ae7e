import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Host } from "../../../../provider/host/host";
import type { BridgeInputs } from "../../../../provider/resources/bridge/definition";
import { logOutcome } from "../../../../provider/resources/bridge/logPlan";
import { said } from "../../support/operation";
import { type Claim, claimsIn } from "./claims";
import { type Case, check, type Preview, previewOf, untold } from "./held";

const folder = join(__dirname, "../bridge/cases");
const golden = readdirSync(folder).map(
  (name): Case => ({ name, ...parse(readFileSync(join(folder, name, "case.yaml"), "utf8")) }),
);
const to = (address: string, via?: string) => ({
  ...{ dhcp4: false, dhcp6: false, addresses: [address] },
  ...(via !== undefined && { routes: [{ to: "default" as const, via }] }),
});
const others: readonly Case[] = [
  { name: "an address of its own instead of DHCP's", host: "bridged", inputs: { addressing: to("192.0.2.50/24") } },
  { name: "the same address, no more from DHCP", host: "bridged", inputs: { addressing: to("192.0.2.190/24") } },
  {
    name: "DHCP instead of an address",
    host: "static",
    inputs: { addressing: { ...to(""), addresses: [], dhcp4: true } },
  },
  {
    name: "no routes and no name servers",
    host: "static",
    inputs: { addressing: { ...to("192.0.2.100/24"), routes: [], nameservers: [] } },
  },
  {
    name: "another name server",
    host: "static",
    inputs: { addressing: { ...to("192.0.2.100/24"), nameservers: ["192.0.2.53"] } },
  },
  { name: "another gateway of a bridge", host: "bridged", inputs: { addressing: to("192.0.2.190/24", "192.0.2.2") } },
];

const telling = [...golden, ...others].filter((one) =>
  previewOf(one).messages.some((message) => message.includes("\n")),
);

/** Without the sentence, what it says is missing, or another one says it too. */
function noticed(preview: Preview, message: string, sentence: string): boolean {
  const rest = preview.messages.flatMap((one) => claimsIn(one === message ? one.replace(`${sentence}\n`, "") : one));
  const about = (claim: Claim) => ("what" in claim ? claim.what : undefined);
  const isSaidTwice = claimsIn(sentence).every((claim) =>
    rest.some((one) => about(claim) && about(one) === about(claim)),
  );
  return isSaidTwice || untold(preview, rest).length > 0;
}

test("a preview that leaves out any of its sentences is noticed", () => {
  const previews = telling.map(previewOf);
  const told = previews.flatMap((preview) =>
    preview.messages
      .filter((message) => message.includes("\n"))
      .flatMap((message) => {
        const sentences = (message.split(/\n\n|\n(?=--- )/)[0] ?? "").split("\n");
        return sentences.map((sentence) => ({ preview, message, sentence }));
      }),
  );
  expect(told.length).toBeGreaterThan(100);
  expect(
    told.filter(({ preview, message, sentence }) => !noticed(preview, message, sentence)).map((one) => one.sentence),
  ).toEqual([]);
});

test("a preview in which any address, name or number is another one is noticed", () => {
  const previews = telling.map(previewOf);
  const changed = previews.flatMap((preview) => {
    const claims = preview.messages.flatMap(claimsIn);
    return claims.flatMap((claim) =>
      Object.entries(claim)
        .filter(([key, value]) => key !== "kind" && value !== undefined && !(key === "names" && value.length === 0))
        .map(([key, value]) => ({ preview, claim: { ...claim, [key]: another(value) } as Claim })),
    );
  });
  expect(changed.length).toBeGreaterThan(200);
  expect(changed.filter(({ preview, claim }) => check(preview, claim)).map(({ claim }) => claim)).toEqual([]);
});

function another(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  return Array.isArray(value) ? value.slice(1) : `${value}9`;
}

test.each(telling)("$name: each sentence of the preview has its change, and each change its sentence", (one) => {
  const preview = previewOf(one);
  const claims = preview.messages.flatMap(claimsIn);
  expect(claims.filter((claim) => !check(preview, claim))).toEqual([]);
  expect(untold(preview, claims)).toEqual([]);
});

test.each<[string, string, Partial<BridgeInputs>, string]>([
  ["moved", "dhcpDebian12", {}, "br0 is up, 192.0.2.190/24 moved to it; confirmed"],
  ["is new", "static", { addressing: to("192.0.2.120/24") }, "br0 is up, it has 192.0.2.120/24 now; confirmed"],
  ["stays", "bridged", { mtu: 1400 }, "br0 is up; confirmed"],
])("what is said of an address that %s once it is done is what the host was seen with", (_, host, inputs, words) => {
  const { facts, after, plan } = previewOf({ name: "", host, inputs });
  const { messages, operation } = said();
  logOutcome(operation, { label: "kvm" } as Host, [facts, after], plan);
  expect(messages).toEqual([expect.stringContaining(words)]);
});

test.each<Claim>([
  { kind: "moves", what: "default route via 192.0.2.9", from: "enp1s0", to: "br0" },
  { kind: "moves", what: "192.0.2.190/24", from: "enp2s0", to: "br0" },
  { kind: "stays", what: "192.0.2.190/24", on: "br0" },
  { kind: "over", link: "br0" },
  { kind: "goes", what: "name server 192.0.2.1" },
])("a claim without a change behind it is none: $kind $what", (claim) => {
  expect(check(previewOf({ name: "", host: "dhcpDebian12", inputs: {} }), claim)).toBe(false);
});
