import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command";
import { folders } from "./folders";
import { Namespace } from "./namespace";

const idPattern = /^[0-9a-f]{6}$/;
/** The owner of a lab that stays when the script that started it ends (`make lab`). */
const nobody = "detached";
const alive = new Set<string>();

/**
 * The labs on this machine. Everything that a lab makes carries its ID, and its owner is written down
 * before anything is made: so a lab can be taken down by anyone, however its owner ended.
 */
export const labRegistry = {
  async register(detached: boolean): Promise<string> {
    await mkdir(folders.runs, { recursive: true });
    const id = randomBytes(3).toString("hex");
    const temporary = folders.run(`.${id}`);
    await mkdir(temporary);
    await writeFile(join(temporary, "owner"), detached ? nobody : `${process.pid} ${await startTime(process.pid)}`);
    await rename(temporary, folders.run(id));
    if (!detached) {
      alive.add(id);
      endWithOwner();
    }
    return id;
  },

  async list(): Promise<{ id: string; state: "owned" | "detached" | "orphan" }[]> {
    const names = await readdir(folders.runs).catch(() => []);
    const ids = names.filter((name) => idPattern.test(name));
    return Promise.all(
      ids.map(async (id) => {
        const owner = await readFile(join(folders.run(id), "owner"), "utf8").catch(() => "");
        if (owner === nobody) {
          return { id, state: "detached" as const };
        }
        const [pid = "", started = ""] = owner.split(" ");
        const lives = started !== "" && (await startTime(Number(pid))) === started;
        return { id, state: lives ? ("owned" as const) : ("orphan" as const) };
      }),
    );
  },

  /** Takes down what killed runs left: it would not break the next lab, but it would pile up. */
  async sweep(): Promise<string[]> {
    const orphans = (await labRegistry.list()).filter(({ state }) => state === "orphan").map(({ id }) => id);
    await Promise.all(orphans.map(labRegistry.remove));
    return orphans;
  },

  async remove(id: string): Promise<void> {
    if (!idPattern.test(id)) {
      throw new Error(`${id} is no lab`);
    }
    const namespaces = await Namespace.list(`kvmnet-${id}-`);
    await Promise.all(namespaces.map((name) => Namespace.remove(name)));
    await removeControlGroups(`kvmnet-${id}`);
    await rm(folders.scratch(id), { recursive: true, force: true, maxRetries: 5 });
    await rm(folders.run(id), { recursive: true, force: true });
    alive.delete(id);
  },
};

/** Process IDs come again; together with the time of its start a process is the same one. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/**
 * The hosts' control groups are in the pure version 2 hierarchy, which need not be mounted on this machine.
 * One stays busy for a moment after the last process in it was killed.
 */
async function removeControlGroups(name: string): Promise<void> {
  const script = `
mount -t cgroup2 none /sys/fs/cgroup
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  [ -d "/sys/fs/cgroup/$1" ] || exit 0
  find "/sys/fs/cgroup/$1" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
done
`;
  await run(["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", name]);
}

let handling = false;

/** Ctrl-C and SIGTERM take the labs down before the process ends; what kills it outright is left to the next sweep. */
function endWithOwner(): void {
  if (handling) {
    return;
  }
  handling = true;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      Promise.allSettled([...alive].map(labRegistry.remove)).then(() => process.kill(process.pid, signal));
    });
  }
}
