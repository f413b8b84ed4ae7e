import { type Command, commandNames, commands, optionsOf } from "./commands";
import { type Option, options } from "./options";
import { type Shell, shells } from "./shells";

/** What a shell reads to complete the command line. */
export const completionOf = (shell: Shell): string => scripts[shell]();

const entries = Object.entries(commands) as [string, Command][];
const hostCommands = entries.filter(([, { operand }]) => operand === "HOST").map(([name]) => name);

/** The first words of a help, as a list of completions has room for. */
const brief = (help: string) => help.split(/[;:.](?: |$)/)[0]?.trim() ?? "";

const forms = (names: readonly string[]) =>
  names.flatMap((name) => [...(options[name]?.short ? [`-${options[name]?.short}`] : []), `--${name}`]);

const thatComplete = (what: Option["completes"]) =>
  forms(Object.keys(options).filter((name) => options[name]?.value !== undefined && options[name]?.completes === what));

const scripts: Record<Shell, () => string> = {
  bash: () => `# Completes kvmnet in bash.
_kvmnet_hosts() {
	if declare -F _known_hosts_real >/dev/null; then
		_known_hosts_real -- "$1"
	else
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$1")
	fi
}

_kvmnet() {
	local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command="" words="" word
	COMPREPLY=()
	for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in ${commandNames.join("|")}) command=$word && break ;; esac
	done
	case $previous in
	${thatComplete("file").join("|")})
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	${thatComplete("host").join("|")}) _kvmnet_hosts "$current" && return ;;
	${thatComplete(undefined).join("|")}) return ;;
	esac
	case $command:$current in
	:-*) words="${forms(["help", "version"]).join(" ")}" ;;
	:*) words="${commandNames.join(" ")}" ;;
${entries.map(([name, command]) => `\t${name}:-*) words="${forms(optionsOf(command)).join(" ")}" ;;`).join("\n")}
	completion:*) words="${shells.join(" ")}" ;;
	help:*) words="${commandNames.join(" ")}" ;;
	*) _kvmnet_hosts "$current" && return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _kvmnet kvmnet
`,
  zsh: () => `#compdef kvmnet
# Completes kvmnet in zsh.
_kvmnet() {
	local context state state_descr line curcontext=$curcontext
	local -a commands
	commands=(
${entries.map(([name, { summary }]) => `\t\t${single(`${name}:${summary}`)}`).join("\n")}
	)
	_arguments -C ${zshOptions(["help", "version"]).join(" ")} '1:command:->command' '*::argument:->argument'
	case $state in
	command) _describe command commands ;;
	argument)
		case $words[1] in
${entries.map(([name, command]) => `\t\t${name})\n\t\t\t_arguments -S \\\n${[...zshOptions(optionsOf(command)), single(zshArgument(command))].map((one) => `\t\t\t\t${one}`).join(" \\\n")}\n\t\t\t;;`).join("\n")}
		esac
		;;
	esac
}

# As a file of fpath, it is the function; read by eval, it defines one.
if [[ $funcstack[1] == _kvmnet ]]; then _kvmnet "$@"; else compdef _kvmnet kvmnet; fi
`,
  fish: () => `# Completes kvmnet in fish.
complete -c kvmnet -f
${entries.map(([name, { summary }]) => `complete -c kvmnet -n __fish_use_subcommand -a ${name} -d ${single(summary)}`).join("\n")}
${Object.keys(options).map(fishOption).join("\n")}
complete -c kvmnet -n '__fish_seen_subcommand_from completion' -a '${shells.join(" ")}'
complete -c kvmnet -n '__fish_seen_subcommand_from help' -a '${commandNames.join(" ")}'
complete -c kvmnet -n '__fish_seen_subcommand_from ${hostCommands.join(" ")}' -a '(__fish_print_hostnames)'
`,
};

function zshArgument({ operand }: Command): string {
  if (operand === "HOST") return ":host:_hosts";
  return operand === "SHELL" ? `:shell:(${shells.join(" ")})` : `:command:(${commandNames.join(" ")})`;
}

function zshOptions(names: readonly string[]): string[] {
  return names.map((name) => {
    const { short, value, help, completes, multiple }: Option = options[name] ?? { help: "" };
    const action = completes === "file" ? "_files" : completes === "host" ? "_hosts" : "";
    const rest = `[${brief(help).replace(/[[\]]/g, "")}]${value === undefined ? "" : `:${value}:${action}`}`;
    if (!short) return single(`--${name}${rest}`);
    return `${multiple ? "'*'" : single(`(-${short} --${name})`)}{-${short},--${name}}${single(rest)}`;
  });
}

function fishOption(name: string): string {
  const { short, value, help, completes }: Option = options[name] ?? { help: "" };
  const having = entries.filter(([, command]) => optionsOf(command).includes(name)).map(([command]) => command);
  const when = name === "help" || name === "version" ? "" : ` -n '__fish_seen_subcommand_from ${having.join(" ")}'`;
  const takes = value === undefined ? "" : completes === "file" ? " -r -F" : " -x";
  const hosts = completes === "host" ? " -a '(__fish_print_hostnames)'" : "";
  return `complete -c kvmnet${when}${short ? ` -s ${short}` : ""} -l ${name}${takes}${hosts} -d ${single(brief(help))}`;
}

/** In single quotes; the texts of kvmnet's own help have few others in them. */
const single = (text: string) => `'${text.replaceAll("'", "’")}'`;
