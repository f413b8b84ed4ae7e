import { commandNames, commands, optionsOf } from "../../../cli/commands";
import { options } from "../../../cli/options";
import { run } from "./run";

/** Words that a terminal would show as nothing, as several lines, or act on; and how they are shown. */
const odd: readonly (readonly [string, string])[] = [
  ["", '""'],
  [" ", '" "'],
  ["a\nb", '"a\\nb"'],
  ["\u001b[31m", '"\\u001b[31m"'],
  ["a\r", '"a\\r"'],
  ["\u202ea", '"\\u202ea"'],
];

const looking = commandNames.filter((name) => commands[name].operand === "HOST");
const valued = Object.keys(options).filter((name) => options[name]?.value !== undefined);

/** Each place that a word may stand in. */
const places: readonly (readonly [string, (word: string) => readonly string[]])[] = [
  ["as a command", (word) => [word]],
  ["as the command that help is about", (word) => ["help", word]],
  ["as the second command that help is about", (word) => ["help", "doctor", word]],
  ["as a shell", (word) => ["completion", word]],
  ["as an option", (word) => ["doctor", `--a${word}`, "kvm1"]],
  ["as a user before a host", (word) => ["doctor", `${word}@kvm1`]],
  ["as a second host", (word) => ["doctor", "kvm1", word]],
  ...looking.map((name) => [`as the host of ${name}`, (word: string) => [name, word]] as const),
  ...valued.map((name) => {
    const having = commandNames.find((one) => optionsOf(commands[one]).includes(name)) ?? "";
    return [`as the value of --${name}`, (word: string) => [having, `--${name}=${word}`, "kvm1"]] as const;
  }),
];

const all = places.flatMap(([place, typed]) => odd.map(([word, shown]) => [shown, place, typed(word), word] as const));

test.each(all.filter(([, place, , word]) => place !== "as the value of --trace" || word === ""))(
  "%s, typed %s, is told in one line, in which it can be seen",
  async (shown, place, typed, word) => {
    const { code, stdout, stderr } = await run(...typed);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toMatch(/^kvmnet: [^\s:].*\nSee kvmnet (\w+ )?--help\n$/);
    const said = place === "as an option" || place.startsWith("as a user") || place === "as a shell";
    if (!said && !(word === "" && place.startsWith("as the value"))) expect(stderr).toContain(shown);
  },
);

test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
  "%s, which every object has, is an option of no command",
  async (name) => {
    expect(await run(`--${name}`)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("there is no option --"),
    });
    expect(await run("doctor", `--${name}`, "kvm1")).toMatchObject({
      code: 64,
      stderr: expect.stringContaining(`doctor has no option --${name}\n`),
    });
  },
);
