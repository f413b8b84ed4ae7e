import { userInfo } from "node:os";
import { type ConfigFile, configFiles, included } from "./files";
import { readGiven } from "./given";
import type { ConfigLine } from "./lines";
import { matchesPatterns } from "./patterns";
import { UnsupportedSetting } from "./unsupportedSetting";

/** OpenSSH's own limit for files that include each other. */
const deepest = 16;

/** Settings of which every line counts; of all others the first. */
const collected = new Set(["identityfile", "certificatefile"]);

interface Setting {
  readonly name: string;
  readonly values: readonly string[];
  /** The file that it stands in. */
  readonly file: string;
}

/** What ssh_config(5) files say of one host. */
export class Settings {
  readonly #found = new Map<string, Setting[]>();

  private constructor(
    /** As the user wrote it. */
    readonly host: string,
    readonly user: string | undefined,
  ) {}

  /**
   * Of the host itself (`last`) or of one on the way.
   *
   * @throws UnsupportedSetting where a Match depends on what kvmnet does not know
   */
  static of(host: string, user: string | undefined, { last }: { last: boolean }): Settings {
    const settings = new Settings(host, user);
    if (last) for (const one of readGiven().settings) settings.#set({ ...one, file: "-o" });
    for (const file of configFiles()) settings.#take(file, file.lines, 0);
    return settings;
  }

  /** The value's words, undefined where no file has it. */
  words(name: string): readonly string[] | undefined {
    return this.#found.get(name.toLowerCase())?.[0]?.values;
  }

  /** The value as one text. */
  text(name: string): string | undefined {
    return this.words(name)?.join(" ");
  }

  /** Every line's value. */
  all(name: string): string[] {
    return (this.#found.get(name.toLowerCase()) ?? []).map(({ values }) => values.join(" "));
  }

  /** The file that said it. */
  fileOf(name: string): string | undefined {
    return this.#found.get(name.toLowerCase())?.[0]?.file;
  }

  /** Whether a flag is on. */
  flag(name: string): boolean {
    return /^(yes|true)$/i.test(this.text(name) ?? "");
  }

  /** A whole number of seconds or a port; what is none says nothing. */
  count(name: string): number | undefined {
    const text = this.text(name);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  }

  #take(file: ConfigFile, lines: readonly ConfigLine[], depth: number): void {
    for (const { name: written, values, section } of lines) {
      const name = written.toLowerCase();
      if (section) {
        // Other than in known_hosts and Match host, letters count as they are.
        const applies =
          name === "host" ? matchesPatterns(values, this.host, { exactly: true }) : this.#matches(file, values);
        if (applies) this.#take(file, section, depth);
      } else if (name === "include") {
        if (depth >= deepest) throw new Error(`${file.name}: Include goes deeper than ${deepest} files`);
        for (const pattern of values)
          for (const other of included(file, pattern)) this.#take(other, other.lines, depth + 1);
      } else if (values.length > 0) this.#set({ name: written, values, file: file.name });
    }
  }

  #set(setting: Setting): void {
    const name = setting.name.toLowerCase();
    const other = { proxyjump: "proxycommand", proxycommand: "proxyjump" }[name];
    // Of the two, too, the first one counts.
    if (other !== undefined && this.#found.has(other)) return;
    const before = this.#found.get(name);
    if (before === undefined) this.#found.set(name, [setting]);
    else if (collected.has(name)) before.push(setting);
  }

  #matches(file: ConfigFile, words: readonly string[]): boolean {
    for (let at = 0; at < words.length; ) {
      const word = words[at] ?? "";
      const wanted = !word.startsWith("!");
      const criterion = word.replace(/^!/, "").toLowerCase();
      if (criterion === "all") {
        at += 1;
        continue;
      }
      const patterns = (words[at + 1] ?? "").split(",");
      at += 2;
      const exactly = criterion.endsWith("user");
      if (matchesPatterns(patterns, this.#subject(file, criterion), { exactly }) !== wanted) return false;
    }
    return true;
  }

  /** What a criterion of Match looks at. */
  #subject(file: ConfigFile, criterion: string): string {
    switch (criterion) {
      case "host":
        return this.text("HostName")?.replaceAll("%h", this.host).replaceAll("%%", "%") ?? this.host;
      case "originalhost":
        return this.host;
      case "user":
        return this.user ?? this.text("User") ?? userInfo().username;
      case "localuser":
        return userInfo().username;
      default:
        throw new UnsupportedSetting(`Match ${criterion}`, file.name);
    }
  }
}
