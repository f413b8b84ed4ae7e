import { visible } from "../provider/host/exec/visible";
import type { Finding } from "../provider/plan/diagnose/finding";
import type { Paint } from "./paint";

/** Findings for people: what and where, as seen, why, what to do. */
export function report(host: string, findings: readonly Finding[], paint: Paint): string {
  if (findings.length === 0) return `${host}: ${paint("green", "nothing found")}\n`;
  const text = findings.map((one) => {
    const head = `${one.severity} ${one.check}: ${visible(one.subject)}`;
    return [
      paint(one.severity === "error" ? "red" : "yellow", head),
      `  seen   ${visible(one.evidence)}`,
      `  cause  ${visible(one.cause)}`,
      `  fix    ${visible(one.fix)}`,
      `  more   ${one.readOn}`,
    ].join("\n");
  });
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return `${host}: ${count}\n\n${text.join("\n\n")}\n`;
}
