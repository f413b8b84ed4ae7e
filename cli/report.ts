import { pageHere } from "../provider/host/documentation";
import type { Finding } from "../provider/plan/diagnose/finding";
import type { Paint } from "./paint";

/** Findings for people: what and where, as seen, why, what to do. `lookedAt`: for what; `mends`: what --fix mends of it. */
export function report(
  host: string,
  findings: readonly Finding[],
  { paint, lookedAt, mends }: { paint: Paint; lookedAt: string; mends: (one: Finding) => boolean },
): string {
  if (findings.length === 0) return `${host}: ${paint("green", "nothing found")} (looked at: ${lookedAt})\n`;
  const text = findings.map((one) => {
    const head = `${one.severity} ${one.check}: ${one.subject}`;
    return [
      paint(one.severity === "error" ? "red" : "yellow", head),
      `  seen   ${one.evidence}`,
      `  cause  ${one.cause}`,
      `  fix    ${one.fix}`,
      ...(mends(one) ? ["  --fix  kvmnet doctor --fix does it"] : []),
      `  more   ${pageHere(one.readOn)}`,
    ].join("\n");
  });
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return `${host}: ${count} (looked at: ${lookedAt})\n\n${text.join("\n\n")}\n`;
}
