import type { probesFor } from "../probes";

type UserProbe = NonNullable<Parameters<typeof probesFor>[3]>[number];

/** The user's own probes, of those that a change has made: kvmnet's own are of other kinds. */
export function readUserProbes(lines: readonly string[]): UserProbe[] {
  return lines.flatMap((line): UserProbe[] => {
    const [kind, subject = "", port] = line.split(" ");
    if (kind === "ping") return [{ ping: subject }];
    if (kind === "name") return [{ dns: subject }];
    if (kind === "tcp") return [{ tcp: `${subject.includes(":") ? `[${subject}]` : subject}:${port}` }];
    return [];
  });
}
