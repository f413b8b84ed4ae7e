import { type Examined, examine } from "../provider/functions/diagnose/examine";
import { tryBridges } from "../provider/functions/diagnose/tryBridges";
import type { Hosts } from "../provider/host/hosts";
import type { CheckName, Finding } from "../provider/plan/diagnose/finding";
import { lookedAt } from "../provider/plan/diagnose/lookedAt";
import { type Remedy, remediesOf } from "../provider/plan/diagnose/remedies";
import { findingEntry } from "../provider/plan/entry";
import { bridgeLifecycle } from "../provider/resources/bridge/lifecycle";
import { type Repair, repairsOf } from "../provider/resources/bridge/repair";
import { Notices } from "../provider/resources/notices";
import { Ownership } from "../provider/resources/ownership/owned";
import type { Arguments } from "./arguments";
import { interruptible } from "./interruptible";
import { paintFor, print, printJson } from "./paint";
import { report } from "./report";
import { agreed } from "./terminal";

/** What a bridge has wrong where its host's kernel is unlike kvmnet's files. */
const repaired: ReadonlySet<CheckName> = new Set([
  ...(["address-on-port", "bridge-without-address", "port-held-back", "bridge-mac", "mtu", "next-boot"] as const),
]);

/** Looks, mends where that is asked for, looks again, and says what is wrong. The exit code. */
export async function doctor(hosts: Hosts, parsed: Arguments): Promise<number> {
  const { connection, listen, json, fix } = parsed;
  const look = () => examine(hosts, connection, { seconds: listen });
  let seen = await look();
  if (fix && (await mended(hosts, seen, parsed))) {
    await seen.host.readFreshFacts();
    seen = await look();
  }
  const findings = [...seen.findings, ...(parsed.selfTest ? await tried(seen, parsed) : [])];
  if (json) printJson(process.stdout, entriesOf(findings, seen.host.label));
  else {
    const looked = lookedAt(seen.facts, { listened: listen, tried: parsed.selfTest });
    const { remedies, repairs } = mendable(seen, parsed);
    const mends = (one: Finding) => isMended(one, remedies, repairs);
    print(
      process.stdout,
      report(seen.host.label, findings, { paint: paintFor(process.stdout), lookedAt: looked, mends }),
    );
  }
  return findings.length > 0 ? 1 : 0;
}

function entriesOf(findings: readonly Finding[], host: string) {
  const now = new Date();
  return findings.map((one) => findingEntry(one, host, now));
}

const say = (text: string) => print(process.stderr, `${text}\n`);

interface Mendable {
  readonly remedies: readonly Remedy[];
  readonly repairs: readonly Repair[];
}

/** What --fix would do. */
function mendable({ facts, findings }: Examined, { connection }: Pick<Arguments, "connection">): Mendable {
  const isFound = (one: Remedy) =>
    findings.some(({ check, subject }) => check === one.check && subject === one.subject);
  const remedies = remediesOf(facts).filter(isFound);
  // What is left behind armed would be undone by the next change; only then the host's network is what it is.
  const repairs =
    facts.armed === undefined && findings.some(({ check }) => repaired.has(check)) ? repairsOf(facts, connection) : [];
  return { remedies, repairs };
}

const isMended = (one: Finding, remedies: Mendable["remedies"], repairs: Mendable["repairs"]): boolean =>
  remedies.some(({ check, subject }) => check === one.check && subject === one.subject) ||
  (repairs.length > 0 && repaired.has(one.check));

/** Whether anything was done. It speaks on stderr: stdout is the report's. */
async function mended(hosts: Hosts, seen: Examined, parsed: Arguments): Promise<boolean> {
  const { host, findings } = seen;
  const { yes } = parsed;
  const { remedies, repairs } = mendable(seen, parsed);
  const left = findings.filter((one) => !isMended(one, remedies, repairs));
  for (const { check, subject, fixable } of left)
    say(
      `left: ${check}, ${subject}: ${fixable ? "pulumi up mends it, where it is a resource of a program" : "it is yours to mend"}`,
    );
  if (remedies.length + repairs.length === 0) return false;
  for (const { check, subject, argv } of remedies) say(`to do: ${check}, ${subject}: ${argv.join(" ")}`);
  for (const repair of repairs) {
    say(`to do: ${repair.inputs.name} as kvmnet's files on the host have it: ${repair.state.drift.join("; ")}`);
    await preview(hosts, repair);
  }
  if (!yes && !(await agreed(`Do this on ${host.label}? [y/N] `))) return false;
  for (const { check, subject, argv } of remedies) await host.exec(argv, { purpose: `mend ${check}, ${subject}` });
  for (const repair of repairs) await interruptible((signal) => update(hosts, repair, signal));
  return true;
}

/** Tells the change that `pulumi up` of the bridge's program would make. */
async function preview(hosts: Hosts, repair: Repair): Promise<void> {
  const { inputs } = repair;
  const { signal } = new AbortController();
  await bridgeLifecycle.previewUpdate(
    operationOf(hosts, repair, { preview: true, signal }),
    idOf(repair),
    repair,
    inputs,
  );
}

/** Makes it: in a transaction, which the host undoes unless it is confirmed. */
async function update(hosts: Hosts, repair: Repair, signal: AbortSignal): Promise<void> {
  const { inputs } = repair;
  await bridgeLifecycle.update(operationOf(hosts, repair, { preview: false, signal }), idOf(repair), repair, inputs);
}

const idOf = ({ state, inputs }: Repair) => `${state.hostId}/${inputs.name}`;

function operationOf(
  hosts: Hosts,
  { owner: urn, inputs }: Repair,
  how: { readonly preview: boolean; readonly signal: AbortSignal },
) {
  const log = { progress: say, info: say, warn: say };
  return {
    ...{ urn, name: inputs.name, hosts, log, ...how },
    ...{ owned: new Ownership(), notices: new Notices(), isClaimed: () => false },
  };
}

async function tried({ host, facts }: Examined, { selfTestAddress, selfTestName }: Arguments): Promise<Finding[]> {
  const all = await tryBridges(host, facts, { address: selfTestAddress, resolves: selfTestName });
  for (const { words } of all) say(words);
  return all.flatMap(({ findings }) => findings);
}
