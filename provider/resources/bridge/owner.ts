import { isDeepStrictEqual } from "node:util";
import { findDefinition, netplanIn } from "../../backends/entry/definition";
import { type Facts, linkNamed, recordOf } from "../../host/facts/facts";
import { bridgeKept } from "../../host/facts/printed";
import { noUplink, type OwnerMark } from "../../host/facts/records";
import type { Host } from "../../host/host";
import { defaultUplink, presentName } from "../../plan/link/uplink";
import { Refusal, unlessRefused } from "../../schema/refusal";
import { type Holder, heldOr, markText } from "../ownership/mark";
import type { Marked } from "../ownership/whose";
import { importing, inWords, isOfOtherStack, namedBy } from "../ownership/words";
import { stackOf } from "../stack";
import { makingItYours } from "./adopted";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs, BridgeState } from "./definition";
import { recordPath } from "./files";
import { planBridge } from "./plan";

/** A bridge, and whose the host says that it is. */
export function markedBridge(facts: Facts, name: string, { host }: BridgeInputs["connection"]): Marked {
  return { words: `the bridge ${name}`, mark: recordOf(facts, name), importAs: `${host}/${name}` };
}

/**
 * 0.1.0 has no words in the state of whose the bridge is, and its record has them of the stack's name of then. A stack
 * under another name, or one that the state was moved to, has the same resource, and the files of before that its bridge
 * took away. Within one stack 0.1.0 hands the bridge over to another resource, which has the same files: there the URN
 * alone tells.
 */
export function heldBy(facts: Facts, urn: string, { name, ownerId, ownerUrn, previousConfig }: BridgeState): Holder {
  const record = recordOf(facts, name);
  const isTheOne =
    record !== undefined &&
    record.ownerId === undefined &&
    isOfOtherStack(record.owner, urn) &&
    isDeepStrictEqual(record.previousConfig, previousConfig);
  return heldOr({ ownerId, ownerUrn }, isTheOne ? record.owner : "");
}

/** What the host calls the state's bridge by now: where it has none of that name, and the record of another one has its owner's ID. */
export function nameNow(facts: Facts, { name, ownerId }: Pick<BridgeState, "name" | "ownerId">): string {
  if (ownerId === undefined || linkNamed(facts, name) || recordOf(facts, name)) return name;
  const [renamed = name] = [...facts.records].flatMap(([bridge, record]) =>
    record.ownerId === ownerId && linkNamed(facts, bridge) ? [bridge] : [],
  );
  return renamed;
}

/** A plan whose record says whose the bridge is, and nothing of what it said of that before. */
export function withMark<P extends BridgePlan>(plan: P, name: string, mark: OwnerMark): P {
  const record = markText(mark, bridgeKept.parse(JSON.parse(plan.record)));
  const files = new Map([...plan.change.files, [recordPath(name), record]]);
  return { ...plan, record, change: { ...plan.change, files } };
}

/** The host as if it had the record that the state remembers, of a bridge that kvmnet made or changed: the record itself is gone. */
export function withRememberedRecord(facts: Facts, state: BridgeState, urn: string): Facts {
  const { name, uplink, previousConfig, macAddress } = state;
  if (recordOf(facts, name) || state.ownerId === undefined || Object.keys(previousConfig).length === 0) return facts;
  const places = findDefinition(new Map(netplanIn(previousConfig)), name)?.places ?? [];
  const found = places.length > 0 && { found: { files: places.map(({ path }) => path), macAddress } };
  return { ...facts, records: new Map([...facts.records, [name, { owner: urn, uplink, previousConfig, ...found }]]) };
}

/** What the state's bridge is on, to be looked for: by the name that its NIC has now; what was made for it, as the program says it. */
export function uplinkAgain(facts: Facts, inputs: BridgeInputs, { name, uplink }: BridgeState): BridgeInputs["uplink"] {
  if (typeof inputs.uplink === "object" || uplink === noUplink) return inputs.uplink;
  return presentName(facts, name, uplink);
}

/** @throws Refusal where the record of a bridge is gone, and the bridge is not the one that the state knows */
export function refuseUnknown(facts: Facts, host: Host, urn: string, inputs: BridgeInputs, state: BridgeState): void {
  const { name, ownerId } = state;
  if (ownerId === undefined || recordOf(facts, name) || !linkNamed(facts, name)) return;
  const findRestoringDifferences = () => {
    const there = { ...inputs, name, uplink: uplinkAgain(facts, inputs, state) };
    const plan = unlessRefused(() => planBridge(withRememberedRecord(facts, state, urn), there, urn));
    return plan instanceof Refusal ? [plan.message] : plan.differences;
  };
  const unlike = findRestoringDifferences();
  if (unlike.length === 0) return;
  const mine = makingItYours(facts, name);
  throw new Refusal(
    `${host.label}: the host's record of whose the bridge ${name} is is gone, and it is not as the state says: ${unlike.join("; ")}. ` +
      `Nothing of it is changed. If it is the one: pulumi state delete '${urn}', ${mine === undefined ? "" : `${mine} on the host, `}` +
      `then ${importing(urn, `${inputs.connection.host}/${name}`)}`,
  );
}

/**
 * A bridge that is new to the program, on what another one of kvmnet's has, may be that one under another name.
 *
 * @throws Refusal that says whose that is
 */
export function refuseRenamed(facts: Facts, host: Host, urn: string, { name, uplink }: BridgeInputs): void {
  if (typeof uplink === "object" || uplink === noUplink || linkNamed(facts, name)) return;
  const link = uplink === undefined ? defaultUplink(facts, name) : linkNamed(facts, uplink);
  const there = link?.kind === "bridge" ? link.name : link?.master;
  const record = there === undefined ? undefined : recordOf(facts, there);
  if (record === undefined) return;
  const alias =
    stackOf(record.owner) === stackOf(urn)
      ? `If this is that one under another name, give the resource the alias ${JSON.stringify(namedBy(record.owner).name)}: the bridge is renamed in place then. Else take`
      : "Take";
  const what =
    link?.name === there ? `${there} is a bridge already,` : `${link?.name} is in the bridge ${there} already,`;
  throw new Refusal(
    `${host.label}: uplink: ${what} which is that of ${inWords(record.owner)}. ${alias} another uplink, or destroy that one first.`,
  );
}
