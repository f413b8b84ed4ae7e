import * as pulumi from "@pulumi/pulumi";
import { badAmong } from "../components/failOn";
import { type Finding, sentences } from "../provider/plan/diagnose/finding";
import type { HostConfig } from "./config";

/** The language host's word for a program that has said itself what is wrong: no stack trace is printed beside it (@pulumi/pulumi, cmd/run). */
const exitWithoutTrace = 32;

/** Ends the run as a failure that says what is wrong with a host, after all of the program: its outputs are kept. */
export function failFrom(
  failOn: NonNullable<HostConfig["failOn"]>,
  host: string,
  findings: readonly Pick<Finding, "severity">[],
): void {
  const bad = badAmong(failOn, findings);
  if (bad.length === 0) return;
  const words = bad.map((one) => sentences(one as Finding));
  pulumi.log.error(`hosts.${host}.failOn is "${failOn}", and the host is not well:\n${words.join("\n")}`);
  process.exitCode = exitWithoutTrace;
}
