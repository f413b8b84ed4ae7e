import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Facts } from "../../../provider/host/facts/facts";
import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { parseSections, type Section } from "../../../provider/host/facts/sections";

const folder = join(__dirname, "../hosts");

/**
 * A section of what a host printed, for a person to read: a text; or JSON, one value a line; or the parts between form
 * feeds; or an exit code, where that is not 0, with the text.
 */
type Shown = string | object | { readonly exitCode: number; readonly text: string };

/** The hosts that are recorded: real ones of the lab, each once. */
export const recordedHosts = (): string[] => readdirSync(folder).map((file) => file.replace(/\.yaml$/, ""));

/** What facts.sh printed on one of them; with other sections, as it would have where those differ. `null`: without that one. */
export function recordedHost(name: string, differs: Readonly<Record<string, Shown | null>> = {}): Buffer {
  const recording = readFileSync(join(folder, `${name}.yaml`), "utf8");
  if (Object.keys(differs).length === 0) return printedBy(recording);
  const sections = Object.entries({ ...parse(recording), ...differs }).filter(([, shown]) => shown !== null);
  return printedBy(stringify(Object.fromEntries(sections), { lineWidth: 0, aliasDuplicateObjects: false }));
}

/** A recording of facts.sh's output, as a person can read it. */
export function toRecording(output: Buffer): string {
  const sections = parseSections(output).map(({ name, code, text }): [string, Shown] => [
    name,
    code === 0 ? shown(text) : { exitCode: code, text },
  ]);
  return stringify(Object.fromEntries(sections), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** The output of facts.sh that a recording is of; JSON may have other white space. */
export function printedBy(recording: string): Buffer {
  const sections = Object.entries(parse(recording) as Record<string, Shown>);
  return Buffer.concat(
    sections.map(([name, shown]) => {
      const { exitCode, text } = printed(shown);
      const bytes = Buffer.from(text);
      return Buffer.concat([Buffer.from(`${name} ${exitCode} ${bytes.length}\n`), bytes, Buffer.from("\n")]);
    }),
  );
}

function shown(text: string): Shown {
  if (text.includes("\f")) return { parts: text.split("\f") };
  // A unit's file begins with its first section, in brackets too.
  return /^[[{](?![A-Z])/.test(text) ? JSON.parse(text) : text;
}

function printed(shown: Shown): { exitCode: number; text: string } {
  if (typeof shown === "string") return { exitCode: 0, text: shown };
  if ("exitCode" in shown) return shown;
  if ("parts" in shown) return { exitCode: 0, text: (shown.parts as string[]).join("\f") };
  return { exitCode: 0, text: JSON.stringify(shown) };
}

export type Changes = Readonly<Record<string, string | Buffer>>;

/** The facts of a host that says what another one said, but for some sections, or some more. */
export function factsOf(recorded: readonly Section[], changes: Changes, codes: Record<string, number> = {}): Facts {
  const sections = new Map(recorded.map(({ name, code, text }) => [name, { code, bytes: Buffer.from(text) }]));
  for (const [name, text] of Object.entries(changes))
    sections.set(name, { code: codes[name] ?? 0, bytes: Buffer.from(text as string) });
  return parseFacts(
    Buffer.concat(
      [...sections].map(([name, { code, bytes }]) =>
        Buffer.concat([Buffer.from(`${name} ${code} ${bytes.length}\n`), bytes, Buffer.from("\n")]),
      ),
    ),
  );
}
