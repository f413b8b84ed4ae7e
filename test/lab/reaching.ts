import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describeFailure } from "./command";
import { folders } from "./folders";
import type { Lan } from "./lan";

const repository = resolve(__dirname, "../..");

/** How a dial ended: with the host's machine-id, or with an error's words. */
export interface Reached {
  readonly ok: boolean;
  readonly said: string;
}

/** Somebody on the LAN with a home folder: dials as the plugin does, by what stands in `~/.ssh`. */
export class Person {
  private constructor(
    private readonly lan: Lan,
    readonly home: string,
  ) {}

  /** `files` are those in `~/.ssh`, by name. */
  static async at(lan: Lan, files: Record<string, string> = {}): Promise<Person> {
    const person = new Person(lan, join(folders.scratch(lan.id), "person"));
    await person.have(files);
    return person;
  }

  /** From now on these files are what `~/.ssh` has. */
  async have(files: Record<string, string>): Promise<void> {
    await rm(join(this.home, ".ssh"), { recursive: true, force: true });
    await mkdir(join(this.home, ".ssh"), { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(files))
      await writeFile(join(this.home, ".ssh", name), text, { mode: 0o600 });
  }

  /** Each connection is dialled, the host's facts read. */
  async reach(connections: readonly object[], env: Record<string, string> = {}): Promise<Reached[]> {
    const result = await this.lan.engine.run(
      [process.execPath, join(repository, "node_modules/.bin/tsx"), join(repository, "test/lab/fixtures/reach.ts")],
      {
        input: JSON.stringify(connections),
        env: { HOME: this.home, SSH_AUTH_SOCK: undefined, ...env },
        timeout: 120_000,
      },
    );
    if (result.code !== 0) throw new Error(describeFailure(result));
    return result.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }
}
