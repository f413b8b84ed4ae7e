import { version } from "../package.json";
import { type Command, type CommandName, commandNames, commands, optionsOf } from "./commands";
import { type Option, options, reachOptions } from "./options";
import { interruptedCode } from "./terminal";
import { usageCode } from "./usageError";

export const versionText = `kvmnet ${version}\n`;

const width = 100;
const exits = {
  0: "nothing found, or done",
  1: "the doctor has findings, clean has left something, undo has done nothing",
};

/** What there is, or all of one command. */
export function helpOf(about: CommandName | undefined): string {
  return about === undefined ? overview() : commandHelp(about, commands[about]);
}

function overview(): string {
  return [
    "usage: kvmnet COMMAND [OPTIONS] [USER@]HOST[:PORT]",
    "Looks at KVM hosts over SSH: what their networks are like, what is wrong with them, what to do.",
    block("Commands", Object.fromEntries(commandNames.map((name) => [name, commands[name].summary]))),
    block("Options", {
      "-h, --help": "what a command does: kvmnet COMMAND --help",
      "-V, --version": "which kvmnet this is",
    }),
    block("Environment", {
      KVMNET_TRACE: "as --trace, also of the plugin: KVMNET_TRACE=$PWD/trace.txt pulumi up",
      NO_COLOR: "no colours, if it is not empty",
    }),
    block("Exit codes", exitCodes(exits)),
    "~/.ssh/config, the SSH agent, the usual keys and known_hosts are used, as ssh does.\n",
  ].join("\n\n");
}

function commandHelp(name: CommandName, command: Command): string {
  const looks = command.operand === "HOST";
  const host = looks ? "[USER@]HOST[:PORT]" : command.operand;
  const own = optionsOf(command).filter((one) => !(one in reachOptions));
  return [
    `usage: kvmnet ${name} [OPTIONS] ${host}`,
    filled(command.about, 0),
    optionBlock("Options", own),
    ...(looks ? [optionBlock("How the host is reached, as ssh has it", Object.keys(reachOptions))] : []),
    block("Exit codes", exitCodes(command.exits, looks)),
    `Examples:\n${command.examples.map((line) => `  ${line}`).join("\n")}\n`,
  ].join("\n\n");
}

/** Those of a command, and those that all have. */
function exitCodes(own: Readonly<Record<number, string>>, looks = true): Record<string, string> {
  return {
    ...own,
    ...(looks && { 2: "the host can't be looked at, or what was asked for can't be done" }),
    [usageCode]: "what was typed can't be understood; nothing was done",
    ...(looks && { [interruptedCode]: "Ctrl-C at a question" }),
  };
}

const optionBlock = (head: string, names: readonly string[]) =>
  block(head, Object.fromEntries(names.map((name) => [formOf(name), options[name]?.help ?? ""])));

/** As it is written: `-p, --port PORT`. */
function formOf(name: string): string {
  const { short, value }: Option = options[name] ?? { help: "" };
  return `${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`;
}

/** Words and what they mean, in two columns. */
function block(head: string, rows: Readonly<Record<string, string>>): string {
  const column = Math.max(...Object.keys(rows).map((word) => word.length)) + 4;
  const lines = Object.entries(rows).map(([word, text]) => `  ${word}`.padEnd(column) + filled(text, column));
  return `${head}:\n${lines.join("\n")}`;
}

/** A text in lines that fit, each but the first indented. */
function filled(text: string, indent: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && indent + line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}
