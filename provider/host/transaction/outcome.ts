import { setTimeout as wait } from "node:timers/promises";
import { visible } from "../exec/visible";
import type { Facts } from "../facts/facts";
import type { Host } from "../host";
import { TimeLimit } from "../timeLimit";
import { aliveMs, base, progress, type Running, redialMs, script } from "./running";

/** What the host needs to go back and leave its report, once its timer has fired. */
const rollbackMs = 15_000;
/** For how long a host is waited for that does not answer although it should be through: it restarts, for one. */
const awayMs = 60_000;

/** The change was made and undone: the host is as before, and says why. */
export class RolledBack extends Error {
  override readonly name = "RolledBack";
}

/** The change is a good one, and what the host is since was not seen. */
export class Unseen extends Error {
  override readonly name = "Unseen";
}

/**
 * Sees to it that the host has gone back, at once where it can be told to, and throws what it reports. A change whose
 * confirmation came through, though not its answer, is a good one.
 */
export async function concludeRollback(running: Running, why: string): Promise<Facts> {
  const { host, id, was, log, deadline } = running;
  log.progress(`${host.label}: rolling back: ${why}`);
  const giveUp = Math.max(deadline, performance.now()) + awayMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      // The old connection is tried first: a host whose key has changed is told to go back over no other.
      // Where the host is once it has gone back, and where it may be still.
      if (attempt > 0) await host.reconnect(Math.min(aliveMs * attempt, 5000), { at: [was, host.address] });
      if ((await progress(running)) === "confirmed") {
        log.progress(`${host.label}: confirmed`);
        return await readConfirmedFacts(running);
      }
      throw new RolledBack(describeReport(host, await undo(running, why), why));
    } catch (error) {
      if (error instanceof RolledBack) throw error;
      if (performance.now() > giveUp) {
        throw new Error(
          `${host.label}: the change failed: ${why}\nThe host did not answer since: ${(error as Error).message}\n` +
            `It undoes the change by itself, unless it has confirmed it already. Its report will be in ${base}/transactions/${id}/report, and the next \`pulumi up\` tells it.`,
        );
      }
      await wait(redialMs);
    }
  }
}

/** Ends with what the host reports of it. */
async function undo({ host, id }: Running, why: string): Promise<string> {
  using enough = new TimeLimit(rollbackMs);
  await script(host, id, ["undo", why], "undo the change", enough.signal);
  return await script(host, id, ["report"], "fetch the host's report", enough.signal);
}

/** What the host is after a change that is a good one, whatever becomes of the connection now. */
export async function readConfirmedFacts({ host, findDifferences, signal }: Running): Promise<Facts> {
  const giveUp = performance.now() + awayMs;
  for (let lost = false; ; await wait(redialMs, undefined, { signal }).catch(() => undefined)) {
    try {
      // A host that is there is looked at, whoever has cancelled meanwhile.
      if (lost) await host.reconnect(5000, { signal });
      const facts = await host.readFreshFacts();
      // One that has just started is on its way still.
      if (!lost || findDifferences(facts).length === 0 || performance.now() > giveUp) return facts;
    } catch (error) {
      if (signal.aborted || performance.now() > giveUp)
        throw new Unseen(
          `${host.label}: the change is confirmed, but the host did not answer after it: ${(error as Error).message}\n` +
            "Once it does, run `pulumi up` again: what is there already is left as it is.",
        );
      lost = true;
    }
  }
}

/** It may have gone back for a reason of its own. */
function describeReport(host: Host, report: string, why: string): string {
  const [reason = why, ...lines] = visible(report).split("\n");
  const unmet = lines.flatMap((line) => /^while applied: failed (.*)$/.exec(line)?.[1] ?? []).map(describeProbe);
  const reasons = [...new Set([...reason.split("; "), ...unmet])].join("; ");
  const lacking = lines.flatMap((line) => /^incomplete: (.*)$/.exec(line)?.[1] ?? []);
  const ends =
    lacking.length === 0
      ? "the change was rolled back, the host is as before"
      : `the change was rolled back, but the host is not as before (${lacking.join("; ")}): the next \`pulumi up\` and a restart of the host try again`;
  return `${host.label}: ${ends}: ${reasons}\nThe host's own log:\n${indent(report)}`;
}

export function describeProbe(line: string): string {
  const [kind, subject, port, ...more] = line.split(" ");
  const all = [subject, port, ...more].filter((one) => one !== undefined).join(", ");
  switch (kind) {
    case "gateway":
      return `the gateway ${subject} does not answer ping`;
    case "route":
      return subject === "inet"
        ? "the host has no IPv4 default route"
        : `no default route goes via ${subject} any more`;
    case "names":
      return `of names that resolved before, none does: ${all}`;
    case "neighbours":
      return `of the host's neighbours on the LAN none answers: ${all}`;
    case "ping":
      return `${subject} does not answer ping`;
    case "tcp":
      return `${subject} takes no connection on port ${port}`;
    case "name":
      return `the name ${subject} does not resolve`;
    default:
      return "the host has no name server that answers";
  }
}

function indent(text: string): string {
  return visible(text)
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
