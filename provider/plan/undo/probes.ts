import type { probesFor } from "../probes";

type OwnProbe = NonNullable<Parameters<typeof probesFor>[3]>[number];

/** The user's own probes, of those that a change has made: kvmnet's own are of other kinds. */
export function ownProbes(lines: readonly string[]): OwnProbe[] {
  return lines.flatMap((line): OwnProbe[] => {
    const [kind, subject = "", port] = line.split(" ");
    if (kind === "ping") return [{ ping: subject }];
    if (kind === "name") return [{ dns: subject }];
    if (kind === "tcp") return [{ tcp: `${subject.includes(":") ? `[${subject}]` : subject}:${port}` }];
    return [];
  });
}
