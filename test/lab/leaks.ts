import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./command";
import type { Host } from "./host";

/** The text itself, and what is made of it for transport. */
function forms(secret: string): string[] {
  return [secret, Buffer.from(secret).toString("base64").replace(/=*$/, "").slice(0, -1)];
}

/** Secrets that were planted somewhere, each one like no other text, and the search for them. */
export class Leaks {
  readonly #marks: readonly string[];

  constructor(secrets: readonly string[]) {
    this.#marks = secrets.flatMap(forms);
  }

  /** Those that a text has. */
  in(text: string): string[] {
    return this.#marks.filter((mark) => text.includes(mark));
  }

  /** The files in a folder of this machine that have one. */
  async filesIn(folder: string): Promise<string[]> {
    const { stdout } = await run(["grep", ...search, folder], { input: this.#marks.join("\n") });
    return stdout.split("\n").filter(Boolean);
  }

  /** The files of a host that have one, and its journal. */
  async on(host: Host): Promise<string[]> {
    const { stdout } = await host.exec(["grep", ...search, ...places], { input: this.#marks.join("\n") });
    const journal = await host.must(["journalctl", "--output=export", "--no-pager"]);
    return [...stdout.split("\n").filter(Boolean), ...this.in(journal).map(() => "the journal")];
  }

  /** Looks at every process of this machine, those of the lab's hosts among them, until it is told to end. */
  watchProcesses(): AsyncDisposable & {
    /** Until one was seen. */
    first: Promise<unknown>;
    end: () => Promise<{ seen: string[]; looks: number }>;
  } {
    const seen = new Set<string>();
    let sawOne = () => {};
    const first = new Promise<void>((resolve) => {
      sawOne = resolve;
    });
    let looks = 0;
    let over = false;
    const watching = (async () => {
      for (; !over; looks += 1, await sleep(30)) {
        for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
          for (const file of ["cmdline", "environ"]) {
            const text = await readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "");
            if (this.in(text).length > 0) seen.add(`${file}: ${text.slice(0, 200)}`);
            if (seen.size > 0) sawOne();
          }
        }
      }
    })();
    const end = async () => {
      over = true;
      await watching;
      return { seen: [...seen], looks };
    };
    return { first, end, [Symbol.asyncDispose]: async () => void (await end()) };
  }
}

const search = ["-rlaF", "-D", "skip", "-f", "-"];
const places = ["/etc", "/var", "/run", "/tmp", "/root", "/home", "/opt", "/srv", "/usr/local"];
