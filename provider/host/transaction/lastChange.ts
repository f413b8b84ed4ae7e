import type { Host } from "../host";
import { readScript } from "../script";
import { type KeptChange, keptChanges, unpacked } from "./history";
import { base } from "./running";

/** The change that was confirmed last, with all that the host keeps of the way back from it. */
export interface LastChange extends KeptChange {
  /** What of that is not there any more, a sentence each: the rest of it is not to be gone by. */
  readonly lost: readonly string[];
  /** Lines of a file in its folder: see transaction.sh. */
  readonly lines: (name: string) => readonly string[];
  /** The files that it wrote or took away, as they were before it, by where they stand once links are followed. */
  readonly before: ReadonlyMap<string, string>;
  /** The same as they are now, by the paths that it wrote to. */
  readonly now: ReadonlyMap<string, string>;
  /** The kernel's network since then, a line each: "- " what it has no more, "+ " what it has got. */
  readonly since: readonly string[];
  /** Paths of links that it took away: as text they can't come again. */
  readonly links: readonly string[];
}

/** Of its folder: what says the way there and back. */
const parts =
  "apply.batch tidy.batch rollback.batch apply.vlans rollback.vlans create.apply create.rollback delete.apply delete.rollback keep.apply keep.rollback owner handover release timeout reboot probes required absent kernel.before before";

const read = `cd "$1" || exit
shift
{
  for part in ${parts}; do [ ! -e "$part" ] || printf '%s\\0' "$part"; done
  for path; do [ ! -f "$path" ] || printf '%s\\0' "$path"; done
} | tar -c -P -h --null --ignore-failed-read --warning=no-file-changed -T - || [ $? = 1 ]`;

const whole = `${readScript(__dirname, "files.sh")}${readScript(__dirname, "whole.sh")}`;
const since = `${readScript(__dirname, "kernel.sh")}${readScript(__dirname, "since.sh")}`;

/** Undefined: none is kept. */
export async function lastChange(host: Host): Promise<LastChange | undefined> {
  const { stdout } = await host.exec(["sh", "-c", `readlink ${base}/last-good || :`], {
    purpose: "see which change of its network was the last one",
  });
  const id = stdout.trim().split("/").at(-1);
  const change = (await keptChanges(host)).find((one) => one.id === id && one.state === "confirmed");
  if (change === undefined) return undefined;
  const folder = `${base}/transactions/${change.id}`;
  const asked = await host.exec(["sh", "-c", whole, "sh", folder], { purpose: "see whether its last change is kept" });
  const lost = linesOf(asked.stdout);
  if (lost.length > 0)
    return { ...change, lost, lines: () => [], before: new Map(), now: new Map(), since: [], links: [] };
  const { stdoutBytes } = await host.exec(["sh", "-c", read, "kvmnet", folder, ...change.files.keys()], {
    purpose: "read the way back from its last change",
    // Files as they were, which may have secrets.
    toShow: async (stdout) => `(${stdout.length} bytes, not shown)`,
  });
  const files = await unpacked(stdoutBytes);
  const told = await host.exec(["sh", "-c", since, "sh", folder], { purpose: "see what was changed since" });
  const lines = linesOf(told.stdout);
  const under = (start: string) =>
    new Map(
      [...files].flatMap(([path, text]) => (path.startsWith(start) ? [[path.slice(start.length - 1), text]] : [])),
    );
  return {
    ...change,
    lost,
    lines: (name) => linesOf(files.get(name) ?? ""),
    before: under("before/"),
    now: under("/"),
    since: lines.filter((line) => /^[-+] /.test(line)),
    links: lines.flatMap((line) => /^link (.*)$/.exec(line)?.[1] ?? []),
  };
}

const linesOf = (text: string): string[] => text.split("\n").filter(Boolean);
