import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import type { Host } from "../../../../provider/host/host";
import { type BridgeInputs, bridge } from "../../../../provider/resources/bridge/definition";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { tell, tellDone } from "../../../../provider/resources/bridge/tell";
import { said } from "../../support/operation";
import { recordedHost } from "../../support/recordedHosts";
import { type Claim, claimsIn } from "./claims";
import { afterChange, asksDhcp, type Network, networkIn } from "./network";

/** A preview's words are held against the network before and after, which the kernel's model makes of the same plan. */

interface Case {
  readonly name: string;
  readonly host: string;
  readonly inputs: Partial<BridgeInputs>;
}

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

function previewOf({ host, inputs }: Case) {
  const facts = parseFacts(recordedHost(host));
  const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs });
  const [was = wanted.name] = facts.records.keys();
  const plan = planUpdate(facts, wanted, "urn:x::br", was);
  const { messages, operation } = said();
  if (plan.differences.length > 0) tell(operation, { label: "kvm" } as Host, facts, plan);
  const concerned = new Set([
    plan.wanted.name,
    was,
    ...[plan.uplink?.name, plan.insteadOf].filter((one) => one !== undefined),
  ]);
  const after = afterChange(facts, plan.change);
  return {
    facts,
    after,
    plan,
    messages,
    concerned,
    before: networkIn(facts, concerned),
    later: networkIn(after, concerned),
  };
}

/** The thing that a claim is about: its words may leave out a metric that tells nothing apart. */
function named(network: Network, what: string): string[] {
  return [...network.keys()].filter((key) => key === what || key.replace(/ with metric \d+$/, "") === what);
}

const linksOf = (network: Network, what: string) =>
  new Set(named(network, what).flatMap((key) => [...(network.get(key) ?? [])]));

/** What is true of one claim, and which things of the two networks it accounts for. */
function check(one: ReturnType<typeof previewOf>, claim: Claim): boolean {
  const { before, later, facts, plan, after } = one;
  const [was, is] =
    "what" in claim ? [linksOf(before, claim.what), linksOf(later, claim.what)] : [new Set(), new Set()];
  switch (claim.kind) {
    case "moves":
      return was.has(claim.from) && !is.has(claim.from) && is.has(claim.to) && !was.has(claim.to);
    case "comes":
      return was.size === 0 && is.has(claim.on);
    case "stays":
      return was.has(claim.on) && is.has(claim.on);
    case "goes":
      return was.size > 0 && is.size === 0;
    case "nothing":
      return before.size === 0 && later.size === 0;
    case "asks":
      return asksDhcp(after, one.concerned).includes(claim.link) && asksDhcp(facts, one.concerned).length === 0;
    case "asksNoMore":
      return asksDhcp(facts, one.concerned).includes(claim.link) && asksDhcp(after, one.concerned).length === 0;
    case "over":
      return facts.links.some(
        ({ name, addresses }) => name === claim.link && addresses.some(({ local }) => local === facts.sshAddress),
      );
    case "notOver":
      return !facts.links.some(
        ({ name, addresses }) => one.concerned.has(name) && addresses.some(({ local }) => local === facts.sshAddress),
      );
    case "at":
      return claim.what === facts.sshAddress && [...later.keys()].every((key) => !key.startsWith(`${claim.what}/`));
    case "within":
      return claim.seconds === plan.change.timeout;
    case "vms": {
      const ports = facts.links.filter(({ master }) => one.concerned.has(master ?? "")).map(({ name }) => name);
      const on = facts.libvirt?.domains.filter(({ live }) => live.some(({ tap }) => ports.includes(tap ?? "")));
      return (
        on
          ?.map(({ name }) => name)
          .sort()
          .join() === [...claim.names].sort().join()
      );
    }
    case "heading":
      return (
        after.links.find(({ name }) => name === claim.uplink)?.master === claim.bridge &&
        (claim.insteadOf === undefined ||
          facts.links.find(({ name }) => name === claim.insteadOf)?.master === claim.bridge)
      );
    case "alone":
      return (
        after.links.some(({ name }) => name === claim.bridge) &&
        !after.links.some(({ master }) => master === claim.bridge)
      );
    case "file":
      return plan.change.remove.includes(claim.path) || plan.change.files.has(claim.path);
  }
}

/** Things that come, go, move or stay, a line each. */
function untold({ before, later, plan, facts }: ReturnType<typeof previewOf>, claims: readonly Claim[]): string[] {
  const told = new Set(
    claims.flatMap((claim) => ("what" in claim ? [...named(before, claim.what), ...named(later, claim.what)] : [])),
  );
  const paths = new Set(claims.flatMap((claim) => (claim.kind === "file" ? [claim.path] : [])));
  const text = (path: string) => facts.netplan.get(path) ?? facts.networkd.get(path) ?? facts.cloudConfig.get(path);
  const changed = [...plan.change.files]
    .filter(([path, now]) => !path.startsWith("/var/lib/kvmnet/") && text(path) !== now)
    .map(([path]) => path);
  return [...new Set([...before.keys(), ...later.keys()])]
    .filter((key) => !told.has(key))
    .concat(changed.filter((path) => !paths.has(path)));
}

const all = [...golden, ...others];

test.each(all.filter((one) => previewOf(one).messages.some((message) => message.includes("\n"))))(
  "$name: each sentence of the preview has its change, and each change its sentence",
  (one) => {
    const preview = previewOf(one);
    const claims = preview.messages.filter((message) => !message.includes("is there already")).flatMap(claimsIn);
    expect(claims.filter((claim) => !check(preview, claim))).toEqual([]);
    expect(untold(preview, claims)).toEqual([]);
  },
);

test.each<[string, string, Partial<BridgeInputs>, string]>([
  ["moved", "dhcpDebian12", {}, "br0 is up, 192.0.2.190/24 moved to it; confirmed"],
  ["is new", "static", { addressing: to("192.0.2.120/24") }, "br0 is up, it has 192.0.2.120/24 now; confirmed"],
  ["stays", "bridged", { mtu: 1400 }, "br0 is up; confirmed"],
])("what is said of an address that %s once it is done is what the host was seen with", (_, host, inputs, words) => {
  const { facts, after, plan } = previewOf({ name: "", host, inputs });
  const { messages, operation } = said();
  tellDone(operation, { label: "kvm" } as Host, [facts, after], plan);
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
