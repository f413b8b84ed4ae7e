/** What each option is, for the parser, the help and the completion. */
export interface Option {
  readonly short?: string;
  /** What its value is called; without one, it has none. */
  readonly value?: string;
  readonly help: string;
  /** Whether each time that it is said counts. */
  readonly multiple?: true;
  /** What its value is completed with. */
  readonly completes?: "file" | "host";
}

/** How a host is reached: of every command that looks at one. */
export const reachOptions = {
  user: { short: "l", value: "USER", help: "the user to log in as" },
  port: { short: "p", value: "PORT", help: "the port of its SSH server" },
  identity: {
    ...{ short: "i", value: "FILE", completes: "file", multiple: true },
    help: "a key to log in with, or its .pub where an agent has it; besides the agent's",
  },
  config: {
    ...{ short: "F", value: "FILE", completes: "file" },
    help: "the config of ssh, instead of ~/.ssh/config and /etc/ssh/ssh_config",
  },
  jump: {
    ...{ short: "J", value: "HOST[,HOST]", completes: "host" },
    help: "the jump hosts on the way, [USER@]HOST[:PORT] each",
  },
  option: {
    short: "o",
    value: "NAME=VALUE",
    multiple: true,
    help: "a line of ssh_config(5), before those of its files",
  },
  sudo: { help: "become root by sudo; where it asks for a password, you are asked on the terminal" },
  trace: {
    ...{ value: "FILE", completes: "file" },
    help: "append each command that the host is given, with its time, end and output; secrets are hidden",
  },
} as const satisfies Record<string, Option>;

/** What a command has of its own. */
export const commandOptions = {
  json: { help: "as JSON" },
  svg: { help: "as a picture" },
  listen: {
    value: "SECONDS",
    help: "how long it listens to what VMs and LAN say, after two ARP probes for each of the host's addresses and its gateway; 3 unless said otherwise, less where nobody is left to wait for; 0: it sends and hears nothing",
  },
  fix: {
    help: "says what it would mend, and asks: a TAP out of its bridge, a network that is not started, a link that is down, what an interrupted change left; and a bridge of kvmnet's that is not as kvmnet's files have it, in a transaction that the host undoes unless it is confirmed. The rest is left to pulumi up",
  },
  yes: { short: "y", help: "does it without asking" },
  "self-test": {
    help: "also tries the bridge as a VM would, with a NIC of its own that is gone afterwards: takes a DHCP lease and gives it back, pings the gateway, asks the name server; a switch's port security may mind its MAC address",
  },
  "self-test-address": { value: "ADDRESS/PREFIX", help: "the same with this address, which must be free" },
  "self-test-name": { value: "NAME", help: "the same, and the name must have an IPv4 address" },
} as const satisfies Record<string, Option>;

export const everywhere = {
  help: { short: "h", help: "says what the command does" },
  version: { short: "V", help: "says which kvmnet this is" },
} as const satisfies Record<string, Option>;

/** By their names, and nothing by what every object has. */
export const options: Readonly<Record<string, Option>> = Object.assign(Object.create(null), {
  ...commandOptions,
  ...reachOptions,
  ...everywhere,
});

export type CommandOption = keyof typeof commandOptions;
