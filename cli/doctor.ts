import { createInterface } from "node:readline/promises";
import { type Examined, examine } from "../provider/functions/diagnose/examine";
import type { Hosts } from "../provider/host/hosts";
import { selfTest } from "../provider/host/selfTest/selfTest";
import type { Finding } from "../provider/plan/diagnose/finding";
import { type Remedy, remediesOf } from "../provider/plan/diagnose/remedies";
import { describeSelfTest, diagnoseSelfTest, selfTests } from "../provider/plan/diagnose/selfTest";
import type { Arguments } from "./arguments";
import { paintFor } from "./paint";
import { report } from "./report";

/** Looks, mends where that is asked for, looks again, and says what is wrong. The exit code. */
export async function doctor(hosts: Hosts, parsed: Arguments): Promise<number> {
  const { connection, listen, json, fix } = parsed;
  const look = () => examine(hosts, connection, { seconds: listen });
  let seen = await look();
  if (fix && (await mended(seen, parsed))) {
    await seen.host.freshFacts();
    seen = await look();
  }
  const findings = [...seen.findings, ...(parsed.selfTest ? await tried(seen, parsed) : [])];
  process.stdout.write(
    json ? `${JSON.stringify(findings, undefined, 2)}\n` : report(seen.host.label, findings, paintFor(process.stdout)),
  );
  return findings.length > 0 ? 1 : 0;
}

/** Whether anything was done. It speaks on stderr: stdout is the report's. */
async function mended({ host, facts, findings }: Examined, { yes }: Arguments): Promise<boolean> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const found = (one: Remedy) => findings.some(({ check, subject }) => check === one.check && subject === one.subject);
  const remedies = remediesOf(facts).filter(found);
  const left = findings.filter(
    (one) => !remedies.some(({ check, subject }) => check === one.check && subject === one.subject),
  );
  for (const { check, subject, fixable } of left)
    say(
      `left: ${check}, ${subject}: ${fixable ? "pulumi up mends it, where it is a resource of a program" : "it is yours to mend"}`,
    );
  if (remedies.length === 0) return false;
  for (const { check, subject, argv } of remedies) say(`to do: ${check}, ${subject}: ${argv.join(" ")}`);
  if (!yes && !(await agreed(`Do this on ${host.label}? [y/N] `))) return false;
  for (const { check, subject, argv } of remedies) await host.exec(argv, { purpose: `mend ${check}, ${subject}` });
  return true;
}

async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Error("--fix asks before it does anything, and there is no terminal to ask on: --yes says yes.");
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(question)).trim());
  } finally {
    asking.close();
  }
}

async function tried({ host, facts }: Examined, { selfTestAddress, selfTestName }: Arguments): Promise<Finding[]> {
  const findings: Finding[] = [];
  const tests = selfTests(facts, { address: selfTestAddress, resolves: selfTestName });
  if (tests.length === 0) throw new Error(`${host.label}: no bridge to the LAN to try.`);
  for (const test of tests) {
    const steps = await selfTest(host, test);
    process.stderr.write(`${describeSelfTest(test.bridge, steps)}\n`);
    findings.push(...diagnoseSelfTest(test.bridge, steps));
  }
  return findings;
}
