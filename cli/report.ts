import { visible } from "../provider/host/exec/visible";
import type { Finding } from "../provider/plan/diagnose/finding";

/** Findings for people: what and where, as seen, why, what to do. */
export function report(host: string, findings: readonly Finding[], colour: boolean): string {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  if (findings.length === 0) return `${host}: ${paint(32, "nothing found")}\n`;
  const text = findings.map((one) => {
    const head = `${one.severity} ${one.check}: ${visible(one.subject)}`;
    return [
      paint(one.severity === "error" ? 31 : 33, head),
      `  seen   ${visible(one.evidence)}`,
      `  cause  ${visible(one.cause)}`,
      `  fix    ${visible(one.fix)}`,
      `  more   ${one.readOn}`,
    ].join("\n");
  });
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return `${host}: ${count}\n\n${text.join("\n\n")}\n`;
}
