import type { Facts } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import type { Host } from "../../../../provider/host/host";
import { type BridgeInputs, bridge } from "../../../../provider/resources/bridge/definition";
import { logPlan } from "../../../../provider/resources/bridge/logPlan";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { said } from "../../support/operation";
import { recordedHost } from "../../support/recordedHosts";
import type { Claim } from "./claims";
import { afterChange, asksDhcp, type Network, networkIn } from "./network";

/** A preview's words are held against the network before and after, which the kernel's model makes of the same plan. */

export interface Case {
  readonly name: string;
  readonly host: string;
  readonly inputs: Partial<BridgeInputs>;
}

export function previewOf({ host, inputs }: Case) {
  const facts = parseFacts(recordedHost(host));
  const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs });
  const [was = wanted.name] = facts.records.keys();
  const plan = planUpdate(facts, wanted, "urn:x::br", was);
  const { messages, operation } = said();
  if (plan.differences.length > 0) logPlan(operation, { label: "kvm" } as Host, facts, plan);
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

const text = ({ netplan, networkd, cloudConfig }: Facts, path: string) =>
  netplan.get(path) ?? networkd.get(path) ?? cloudConfig.get(path);

/** What is true of one claim, and which things of the two networks it accounts for. */
export function check(one: Preview, claim: Claim): boolean {
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
      return one.concerned.has(claim.what) && before.size === 0 && later.size === 0;
    case "asks":
      return asksDhcp(after, one.concerned).includes(claim.link) && asksDhcp(facts, one.concerned).length === 0;
    case "asksNoMore":
      return asksDhcp(facts, one.concerned).includes(claim.link) && asksDhcp(after, one.concerned).length === 0;
    case "over":
      return facts.links.some(
        ({ name, addresses }) => name === claim.link && addresses.some(({ local }) => local === facts.sshAddress),
      );
    case "notOver":
      return (
        one.concerned.has(claim.link) &&
        !facts.links.some(
          ({ name, addresses }) => one.concerned.has(name) && addresses.some(({ local }) => local === facts.sshAddress),
        )
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
    case "filters":
      return turnsOn(one).includes(claim.bridge);
    case "carries":
      return carriedBy(one, claim.link) === claim.vids;
    case "delay":
      return [facts, after].every(
        ({ links }, at) => links.find(({ name }) => name === claim.link)?.forwardDelay === [claim.was, claim.is][at],
      );
    case "foundIn":
      return (
        facts.links.some(({ name }) => name === claim.link) &&
        new RegExp(`\\b${claim.link}:`).test(facts.netplan.get(claim.path) ?? "")
      );
    case "missing":
      return text(facts, claim.path) === undefined && plan.change.files.has(claim.path);
    case "file":
      return plan.change.remove.includes(claim.path) || plan.change.files.has(claim.path);
  }
}

/** Bridges that are to tell VLANs apart from now on. */
const turnsOn = ({ plan }: Preview) =>
  plan.change.apply.flatMap((line) => /^link set dev (\S+) type bridge .*\bvlan_filtering 1\b/.exec(line)?.[1] ?? []);

/** The VLANs that the files have the bridge's port in, with a tag. */
const carriedBy = ({ plan }: Preview, port: string) => {
  const files = port === plan.uplink?.name ? [...plan.change.files.values()] : [];
  const vids = files.flatMap((text) => [...text.matchAll(/^VLAN=(.+)$/gm)].map(([, vid = ""]) => vid));
  return [...new Set(vids)].filter((vid) => vid !== "1").join(", ");
};

const isLost = ({ facts: { sshAddress }, before, later }: Preview) => {
  const [was, is] = [before, later].map((network) =>
    [...network.keys()].some((key) => key.startsWith(`${sshAddress}/`)),
  );
  return was && !is;
};

/** What each preview of a change says once: of one of each row. */
const always: readonly (readonly Claim["kind"][])[] = [["heading", "alone"], ["over", "notOver"], ["vms"], ["within"]];

/** Things that come, go, move or stay, a line each, and what else is to be said. */
export function untold(one: Preview, claims: readonly Claim[]): string[] {
  const { before, later, plan, facts, after, concerned } = one;
  const has = (...kinds: Claim["kind"][]) => claims.some(({ kind }) => kinds.includes(kind));
  const [asked, asks] = [asksDhcp(facts, concerned), asksDhcp(after, concerned)].map((links) => links.length > 0);
  const unsaid = [
    ...always.filter((kinds) => !has(...kinds)).map((kinds) => kinds.join(" or ")),
    ...(before.size + later.size === 0 && !has("nothing") ? ["no address"] : []),
    ...(isLost(one) && !has("at") ? ["where this SSH connection comes in is lost"] : []),
    ...(turnsOn(one).length > 0 && !has("filters") ? ["tells VLANs apart"] : []),
    ...(!asked && asks && !has("asks") ? ["asks DHCP"] : []),
    ...(asked && !asks && !has("asksNoMore") ? ["asks DHCP no more"] : []),
  ];
  const told = new Set(
    claims.flatMap((claim) => ("what" in claim ? [...named(before, claim.what), ...named(later, claim.what)] : [])),
  );
  const paths = new Set(claims.flatMap((claim) => (claim.kind === "file" ? [claim.path] : [])));
  const changed = [...plan.change.files]
    .filter(([path, now]) => !path.startsWith("/var/lib/kvmnet/") && text(facts, path) !== now)
    .map(([path]) => path)
    .concat(plan.change.remove.filter((path) => text(facts, path) !== undefined));
  return [...new Set([...before.keys(), ...later.keys()])]
    .filter((key) => !told.has(key))
    .concat(
      changed.filter((path) => !paths.has(path)),
      unsaid,
    );
}

export type Preview = ReturnType<typeof previewOf>;
