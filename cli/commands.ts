import { type CommandOption, reachOptions } from "./options";

/** A command, for the parser, the help and the completion. */
export interface Command {
  readonly summary: string;
  /** What stands after the options. */
  readonly operand: "HOST" | "SHELL" | "[COMMAND]";
  /** What it does, in sentences. */
  readonly about: string;
  readonly options: readonly CommandOption[];
  /** What it ends with, besides what all do. */
  readonly exits: Readonly<Record<number, string>>;
  readonly examples: readonly string[];
}

export const commands = {
  doctor: {
    summary: "what is wrong with a host's bridges, networks and VMs, why, and what to do",
    operand: "HOST",
    about:
      "Looks at a host and changes nothing, unless it is told to. Each finding has what was seen, its cause, what to do, and where to read on.",
    options: ["json", "listen", "fix", "yes", "self-test", "self-test-address", "self-test-name"],
    exits: { 0: "nothing found", 1: "there are findings" },
    examples: ["kvmnet doctor kvm1.example", "kvmnet doctor --fix root@192.0.2.10"],
  },
  topology: {
    summary: "a host's network as a tree or a picture",
    operand: "HOST",
    about:
      "NICs, bonds, VLANs, bridges, TAPs and VMs with their addresses, and what is wrong with them. Changes nothing.",
    options: ["json", "svg", "listen"],
    exits: { 0: "it is printed" },
    examples: ["kvmnet topology kvm1.example", "kvmnet topology --svg kvm1.example >kvm1.svg"],
  },
  facts: {
    summary: "what a host says of its network, firewall and VMs, as JSON",
    operand: "HOST",
    about:
      "All that kvmnet knows of a host before it decides, but for whole files, which may have secrets. Changes nothing.",
    options: ["json"],
    exits: { 0: "they are printed" },
    examples: ["kvmnet facts kvm1.example | jq .links"],
  },
  history: {
    summary: "what kvmnet has on a host, and what it changed there: when, for whom, as a diff",
    operand: "HOST",
    about:
      "As far as the host's own records tell: whose each thing is, and the last five changes of its network, undone ones too. Changes nothing.",
    options: ["json"],
    exits: { 0: "it is printed" },
    examples: ["kvmnet history kvm1.example"],
  },
  undo: {
    summary: "takes back the last confirmed change of a host's network",
    operand: "HOST",
    about:
      "As a change of its own, which the host undoes by itself unless it is reached again. Shows what it does, and asks. Where the host was changed since, or something is on a bridge that would go, nothing is done, and it says what that is. Undone once more, the change is made again.",
    options: ["yes"],
    exits: { 0: "it is undone", 1: "nothing was done: there is nothing to undo, it can't be, or the answer was no" },
    examples: ["kvmnet undo kvm1.example"],
  },
  clean: {
    summary: "takes away what is left on a host that has nothing of kvmnet's any more",
    operand: "HOST",
    about:
      "Shows what is left, and asks. Where the host has a record of a resource, or a change is under way, nothing is removed.",
    options: ["yes"],
    exits: { 0: "nothing is left", 1: "something of kvmnet's is there still, or the answer was no" },
    examples: ["kvmnet clean kvm1.example"],
  },
  completion: {
    summary: "what a shell needs to complete kvmnet's command line",
    operand: "SHELL",
    about: "Prints a script for bash, zsh or fish.",
    options: [],
    exits: { 0: "it is printed" },
    examples: [
      "kvmnet completion bash >~/.local/share/bash-completion/completions/kvmnet",
      'kvmnet completion zsh >"$' + '{fpath[1]}/_kvmnet"',
      "kvmnet completion fish >~/.config/fish/completions/kvmnet.fish",
    ],
  },
  help: {
    summary: "what there is, or what one command does",
    operand: "[COMMAND]",
    about: "The same as --help.",
    options: [],
    exits: { 0: "it is printed" },
    examples: ["kvmnet help doctor"],
  },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;

export const commandNames = Object.keys(commands) as CommandName[];

/** All that a command takes. */
export function optionsOf({ options, operand }: Command): string[] {
  return [...options, ...(operand === "HOST" ? Object.keys(reachOptions) : []), "help", "version"];
}
