import type { Finding } from "./resources/types";
import * as pulumi from "./sdk";

type FailOn = "error" | "warning";

/** What the plugin is asked: it refuses a call that finds something, which takes a program's outputs with it. A word that is none, it refuses in words. */
export const askedOf = <Args extends { readonly failOn?: unknown }>(args: Args, failOn: unknown): Args =>
  failOn === "error" || failOn === "warning" ? { ...args, failOn: undefined } : args;

/** Those that a program is to fail for. */
export const badAmong = <One extends Pick<Finding, "severity">>(failOn: FailOn, findings: readonly One[]): One[] =>
  findings.filter(({ severity }) => failOn === "warning" || severity === failOn);

/** Ends the program as failed, in sentences, and gives what was found all the same: the rest of the program goes on, and its outputs are kept. */
export function failFrom<Result extends { readonly hostId: string; readonly findings: readonly Finding[] }>(
  failOn: FailOn | undefined,
  result: Result,
): Result {
  const bad = failOn === undefined ? [] : badAmong(failOn, result.findings);
  if (bad.length === 0) return result;
  const words = `failOn is "${failOn}", and the host with the machine-id ${result.hostId} is not well:\n${bad.map(sentences).join("\n")}`;
  const error = new pulumi.RunError(words);
  // What Pulumi's runtime prints of a rejection that comes once the program's own lines are through.
  error.stack = words;
  // Nobody waits for it: the runtime says it, and has the run fail once it is over.
  void Promise.reject(error);
  return result;
}

/** As `kvmnet doctor` and a preview's warnings have it. */
export const sentences = ({ severity, check, subject, evidence, cause, fix, readOn }: Finding): string =>
  `${severity} ${check}, ${subject}: ${evidence}. ${cause} ${fix} (${readOn})`;
