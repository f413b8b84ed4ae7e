import { parseArgs } from "node:util";
import type { Given } from "../provider/host/ssh/config/given";
import type { Connection } from "../provider/schema/connection";
import { cidr4, hostName } from "../provider/schema/names";
import { nearest } from "../provider/schema/nearest";
import { type CommandName, commandNames, commands, optionsOf } from "./commands";
import { type CommandOption, everywhere, options, type reachOptions } from "./options";
import { type Shell, shells } from "./shells";
import { shown } from "./shown";
import { configFile, identity, jump, parseSetting } from "./sshOptions";
import { isUser, parsePort, parseTarget } from "./target";
import { UsageError } from "./usageError";

/** A command that looks at a host. */
export interface Arguments {
  readonly command: Exclude<CommandName, "help" | "completion">;
  readonly connection: Connection;
  /** What ssh's -F, -i, -J and -o say. */
  readonly given: Given;
  /** Where the commands that the host is given are written. */
  readonly trace: string | undefined;
  readonly json: boolean;
  /** The topology as a picture. */
  readonly svg: boolean;
  /** Seconds that the doctor listens to what the host's links carry. */
  readonly listen: number;
  /** Mends; asks first, unless `yes`. */
  readonly fix: boolean;
  readonly yes: boolean;
  /** Tries the bridge as a VM would. */
  readonly selfTest: boolean;
  /** "dhcp": a lease; or this address. */
  readonly selfTestAddress: string;
  /** What it asks the name server for; undefined: any answer will do. */
  readonly selfTestName: string | undefined;
}

export type Parsed =
  | Arguments
  | { readonly command: "help"; readonly about: CommandName | undefined }
  | { readonly command: "version" }
  | { readonly command: "completion"; readonly shell: Shell };

/** What was said of each option: its value, or "" where it has none. */
type GivenOptions = ReadonlyMap<string, readonly string[]>;

/** @throws UsageError */
export function parseArguments(args: readonly string[]): Parsed {
  const { values: _, ...parsed } = parseArgs({
    args: [...args],
    ...{ strict: false, tokens: true, allowPositionals: true },
    options: Object.fromEntries(
      Object.entries(options).map(([name, { short, value }]) => [
        name,
        { type: value === undefined ? ("boolean" as const) : ("string" as const), ...(short && { short }) },
      ]),
    ),
  });
  const [word, ...rest] = parsed.positionals;
  const said = new Map<string, string[]>();
  for (const token of parsed.tokens)
    if (token.kind === "option") said.set(token.name, [...(said.get(token.name) ?? []), token.value ?? ""]);
  const command = word === undefined ? undefined : commandOf(word, said);
  for (const token of parsed.tokens)
    if (token.kind === "option" && Object.hasOwn(everywhere, token.name)) checkOption(token, command);
  if (said.has("help")) return { command: "help", about: command };
  if (said.has("version")) return { command: "version" };
  if (command === undefined) {
    for (const token of parsed.tokens) if (token.kind === "option") checkOption(token, undefined);
    throw new UsageError("which command? Try kvmnet doctor HOST");
  }
  for (const token of parsed.tokens) if (token.kind === "option") checkOption(token, command);
  for (const [name, all] of said)
    if (all.length > 1 && options[name]?.value !== undefined && !options[name]?.multiple)
      throw new UsageError(`${dashed(name)} is said ${all.length} times; say it once`, command);
  if (command === "help") return { command, about: aboutOf(rest, said) };
  if (command === "completion") return { command, shell: shellOf(rest) };
  try {
    return { command, ...hostArguments(command, rest, said) };
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(error.message, command) : error;
  }
}

function aboutOf([word, ...more]: readonly string[], said: GivenOptions): CommandName | undefined {
  if (word === undefined) return undefined;
  if (more.length > 0) throw new UsageError(`help takes one command, and ${here([word, ...more])}`, "help");
  return commandOf(word, said);
}

function commandOf(word: string, said: GivenOptions): CommandName {
  const command = commandNames.find((name) => name === word);
  if (command !== undefined) return command;
  if (word === "version" && said.size === 0) throw new UsageError("version is no command; write kvmnet --version");
  const near = nearest(word, commandNames);
  throw new UsageError(
    `${shown(word)} is no command; ${near === undefined ? `there are ${listed(commandNames)}` : `did you mean "${near}"?`}`,
  );
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** That it is one, that it fits the command, and that it has a value where it takes one. */
function checkOption(token: OptionToken, command: CommandName | undefined): void {
  const { name, value, inlineValue } = token;
  const rawName = shown(token.rawName);
  const known = options[name];
  const fitting = command === undefined ? Object.keys(options) : optionsOf(commands[command]);
  if (known === undefined) {
    const near = rawName.startsWith("--") ? nearest(name, fitting) : undefined;
    const none = command === undefined ? "there is no option" : `${command} has no option`;
    throw new UsageError(`${none} ${rawName}${near === undefined ? "" : `; did you mean --${near}?`}`, command);
  }
  if (command !== undefined && !fitting.includes(name)) {
    const others = commandNames.filter((one) => optionsOf(commands[one]).includes(name));
    throw new UsageError(`${rawName} is no option of ${command}, but of ${listed(others)}`, command);
  }
  if (known.value !== undefined && (value === undefined || value === ""))
    throw new UsageError(`${rawName} needs a value: ${rawName} ${known.value}`, command);
  if (known.value === undefined && inlineValue) throw new UsageError(`${rawName} takes no value`, command);
}

function shellOf([shell, ...more]: readonly string[]): Shell {
  const known = shells.find((one) => one === shell);
  if (known === undefined || more.length > 0)
    throw new UsageError(
      `completion takes the name of a shell: ${shells.join(", ").replace(/, (\S+)$/, " or $1")}`,
      "completion",
    );
  return known;
}

function hostArguments(
  command: Arguments["command"],
  [target, ...more]: readonly string[],
  said: GivenOptions,
): Omit<Arguments, "command"> {
  if (target === undefined) throw new UsageError(`${command} takes a host: kvmnet ${command} kvm1.example`);
  if (more.length > 0) throw new UsageError(`${command} takes one host, and ${here([target, ...more])}`);
  const has = (name: CommandOption | "sudo") => said.has(name);
  const text = (name: CommandOption | keyof typeof reachOptions) => said.get(name)?.[0];
  const all = (name: keyof typeof reachOptions) => said.get(name) ?? [];
  if (has("json") && has("svg")) throw new UsageError("--json and --svg are two pictures of one thing; say one");
  if (has("yes") && command === "doctor" && !has("fix"))
    throw new UsageError("--yes answers --fix, which is not there");
  const listen = text("listen") ?? "3";
  if (!/^\d{1,4}$/.test(listen))
    throw new UsageError(`--listen ${shown(listen)}: must be a number of seconds, at most 9999`);
  const address = text("self-test-address");
  if (address !== undefined && !cidr4.safeParse(address).success)
    throw new UsageError(
      `--self-test-address ${shown(address)}: must be an IPv4 address with its prefix length, like 192.0.2.60/24`,
    );
  const name = text("self-test-name");
  if (name !== undefined && !hostName.safeParse(name).success)
    throw new UsageError(`--self-test-name ${shown(name)}: must be a name like nas.example`);
  const [file, jumps] = [text("config"), text("jump")];
  return {
    connection: { ...place(target, text("user"), text("port")), ...(has("sudo") && { sudo: true }) },
    given: {
      file: file === undefined ? undefined : configFile(file),
      settings: [
        ...all("identity").map(identity),
        ...(jumps === undefined ? [] : jump(jumps)),
        ...all("option").map(parseSetting),
      ],
    },
    trace: text("trace"),
    json: has("json"),
    svg: has("svg"),
    listen: Number(listen),
    fix: has("fix"),
    yes: has("yes"),
    selfTest: has("self-test") || address !== undefined || name !== undefined,
    selfTestAddress: address ?? "dhcp",
    selfTestName: name,
  };
}

/** The host, its user and port, each said in one place. */
function place(target: string, user: string | undefined, port: string | undefined): Connection {
  const parsed = parseTarget(target);
  if (user?.includes(":"))
    throw new UsageError("-l: must be the name of a user alone: a password does not belong on a command line");
  if (user !== undefined && parsed.user !== undefined && user !== parsed.user)
    throw new UsageError(`-l ${shown(user)}: ${target} has another user; say one`);
  if (user !== undefined && !isUser(user)) throw new UsageError(`-l ${shown(user)}: must be the name of a user`);
  const number = port === undefined ? undefined : parsePort(port);
  if (port !== undefined && number === undefined)
    throw new UsageError(`-p ${shown(port)}: must be a number from 1 to 65535`);
  if (number !== undefined && parsed.port !== undefined && number !== parsed.port)
    throw new UsageError(`-p ${number}: ${target} has another port; say one`);
  return { ...parsed, ...(user !== undefined && { user }), ...(number !== undefined && { port: number }) };
}

/** An option as people write it. */
const dashed = (name: string) => (options[name]?.short ? `-${options[name].short}` : `--${name}`);

const here = (words: readonly string[]) => `here are ${words.length}: ${words.map(shown).join(", ")}`;

/** "a, b and c". */
const listed = (words: readonly string[]) => words.join(", ").replace(/, (\S+)$/, " and $1");
