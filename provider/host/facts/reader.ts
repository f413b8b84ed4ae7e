import type { z } from "zod";
import type { Steps } from "../turns";
import { parseJson, shaped } from "./json";
import { limits, unanswered } from "./limits";
import type { Section } from "./sections";
import type { Miss, Part, Unreadable } from "./unreadable";

/** A reply's sections by name, and what of them can't be read. Parsers yield where somebody else may have a turn. */
export class Reader {
  readonly #sections = new Map<string, Section>();
  readonly #unreadable: Unreadable[] = [];
  /** Sections that are noted already. */
  readonly #noted = new Set<string>();
  #more = 0;

  constructor(sections: readonly Section[]) {
    for (const section of sections) this.#sections.set(section.name, section);
  }

  get unreadable(): Unreadable[] {
    const more = this.#more;
    const rest: Unreadable[] =
      more === 0 ? [] : [{ part: "system", about: [], what: `${more} more things can't be read` }];
    return [...this.#unreadable, ...rest];
  }

  /** Notes what is wrong with something. Only the first ones are told one by one: all count. */
  readonly miss: Miss = (part, about, what) => {
    const told = this.#unreadable.length < limits.unread;
    if (told) this.#unreadable.push({ part, about, what });
    else this.#more += 1;
    // What anything may have to do with must not get lost among the others.
    if (!told && !this.#unreadable.some((one) => one.part === part && one.about === undefined))
      this.#unreadable.push({ part, about: undefined, what: `more of its ${part} can't be read` });
  };

  section(name: string): Section | undefined {
    return this.#sections.get(name);
  }

  /** What a section has where its command ended well; where it did not end by itself, that is noted. */
  text(name: string, part: Part = "system"): string | undefined {
    const section = this.#sections.get(name);
    if (section === undefined) return undefined;
    const why = unanswered.get(section.code);
    if (why !== undefined && !this.#noted.has(name))
      this.miss(part, undefined, `${asked[name] ?? name} can't be read: ${why}`);
    this.#noted.add(name);
    return section.code === 0 ? section.text.trim() : undefined;
  }

  /** Of a kind of sections, what each has, by the rest of its name. */
  texts(kind: string, part: Part): Map<string, string> {
    const prefix = `${kind}:`;
    const names = [...this.#sections.keys()].filter((name) => name.startsWith(prefix));
    return new Map(
      names.flatMap((name) => {
        const text = this.text(name, part);
        return text === undefined ? [] : [[name.slice(prefix.length), text] as const];
      }),
    );
  }

  /** The elements of a JSON list that are as expected. */
  *list<T extends z.ZodType>(
    name: string,
    part: "links" | "routes" | "neighbours",
    shape: T,
    about: (element: unknown) => { readonly name: string; readonly names: readonly string[] | undefined },
  ): Steps<z.infer<T>[]> {
    const text = this.text(name, part);
    if (!text) {
      // Every host has lo; of routes and neighbours it may have none.
      if (part === "links" && this.#unreadable.length === 0)
        this.miss(part, undefined, `${asked[name]} can't be read: it printed nothing`);
      return [];
    }
    let list: unknown;
    try {
      list = parseJson(text);
      if (!Array.isArray(list)) throw new Error("is no list");
      if (list.length > limits[part]) throw new Error(`has more than ${limits[part]} entries`);
    } catch (error) {
      this.miss(part, undefined, `${asked[name]} can't be read: it ${(error as Error).message}`);
      return [];
    }
    const read: z.infer<T>[] = [];
    for (const [at, element] of (list as unknown[]).entries()) {
      if (at % 200 === 199) yield;
      try {
        read.push(shaped(shape, element));
      } catch (error) {
        const { name: which, names } = about(element);
        this.miss(part, names, `${which} can't be read: it ${(error as Error).message}`);
      }
    }
    return read;
  }

  /** The files of a kind: path to text, as far as they can be read. */
  files(kind: string, part: Part, about: (path: string) => readonly string[] | undefined): Map<string, string> {
    const prefix = `${kind}:`;
    const files = new Map<string, string>();
    for (const [name, { code, text, garbled }] of this.#sections) {
      if (!name.startsWith(prefix)) continue;
      const path = name.slice(prefix.length);
      // networkd's own come and go: gone while it was opened.
      if (code === 1 && path.startsWith("/run/systemd/")) continue;
      const why =
        code === 27 || text.length > limits.file
          ? `it is longer than ${limits.file / 1024 / 1024} MB`
          : code !== 0
            ? "it can't be opened"
            : garbled && "it is no UTF-8";
      if (why) this.miss(part, about(path), `${path} can't be read: ${why}`);
      else files.set(path, text);
    }
    return files;
  }
}

/** What is asked of the host, as a person would ask it. */
const asked: Readonly<Record<string, string>> = {
  addresses: "`ip -j -d address`",
  vlans: "`bridge -j vlan`",
  routes: "`ip -j -4 route`",
  routes6: "`ip -j -6 route`",
  neighbours: "`ip -j neigh`",
  nft: "`nft -j list ruleset`",
  leases: "`networkctl --json=short`",
  files: "files of netplan and of kvmnet",
};
