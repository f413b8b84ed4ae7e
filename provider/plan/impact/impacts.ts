import type { Facts } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { Refusal } from "../../schema/refusal";
import { endingConnections } from "./connections";
import type { Impact, Look, Step } from "./impact";
import { namedInFiles } from "./mentions";
import { otherUnits } from "./networkUnits";
import { programsStay } from "./programs";
import { namedInRules } from "./rules";
import { guestsDirectly, networksDirectly, sameBridgeName, stackedLinks } from "./stacked";
import { sysctlsGoOver } from "./sysctls";
import { zonesGoOver } from "./zones";

const looks: readonly Look[] = [
  otherUnits,
  endingConnections,
  stackedLinks,
  guestsDirectly,
  networksDirectly,
  sameBridgeName,
  zonesGoOver,
  namedInRules,
  namedInFiles,
  sysctlsGoOver,
  programsStay,
];

/** The step that a plan of a bridge is, if it is one: an uplink becomes its port, or it gets another name. */
export function stepOf({
  wanted,
  uplink,
  from,
}: {
  wanted: { name: string };
  uplink: Link | undefined;
  from?: Link;
}): Step | undefined {
  const { name } = wanted;
  if (from !== undefined) return { gone: from.name, successor: name, enslaved: undefined, deleted: true };
  return uplink === undefined || uplink.master === name
    ? undefined
    : { gone: uplink.name, successor: name, enslaved: uplink, deleted: false };
}

export function impactsOf(facts: Facts, step: Step): Impact[] {
  return looks.flatMap((look) => look(facts, step));
}

/** An impact in one paragraph. */
export function words({ says, remedy }: Impact): string {
  return `${says}.${remedy === "" ? "" : ` ${remedy}.`}`;
}

/** One that the program accepts, and what comes of it. */
export function acceptedWords(impact: Impact): string {
  return `accepted: ${impact.accepted === undefined ? words(impact) : `${impact.says}: ${impact.accepted}.`}`;
}

/** What of `accept` names no impact: of a host as it is now. */
export function needless(impacts: readonly Impact[], accept: readonly string[]): string[] {
  return accept.filter((name) => !impacts.some((one) => one.name === name && one.verdict === "refused"));
}

/** @throws Refusal of all that the program does not accept, or could not */
export function refuse(impacts: readonly Impact[], accept: readonly string[]): void {
  const standing = impacts.filter(
    ({ verdict, name }) => verdict === "impossible" || (verdict === "refused" && !accept.includes(name)),
  );
  if (standing.length === 0) return;
  const lines = standing.map((one) =>
    one.verdict === "impossible"
      ? `  ${words(one)}`
      : `  ${words(one)} Or accept it: accept: [${JSON.stringify(one.name)}]${one.accepted === undefined ? "" : `; then ${one.accepted}`}.`,
  );
  throw new Refusal(`The change would break what is there, so nothing of it is begun:\n${lines.join("\n")}`);
}
