/** Where a program says how a machine is reached: the host's own connection, or the one of what is on the way. */
export type Where = "connection" | "connection.proxy";

/** What to write, in errors of a host that can't be reached: who runs this process writes a program, or a command line. */
export interface Vocabulary {
  /** As it goes on after "is it on, is ". */
  readonly addressRight: (where: Where) => string;
  /** What to do about an address that is another one by now. */
  readonly writeAddress: string;
  /** As it goes on after "there is nothing to log in with: ". */
  readonly noLogin: (where: Where) => string;
  /** As it goes on after "it is encrypted: ". */
  readonly encrypted: (where: Where) => string;
  /** As it goes on after "Name the one key that it knows: ". */
  readonly oneKey: (where: Where) => string;
  /** Of a host key that nobody knows, as it goes on after "Log in once with ssh to check and keep it". */
  readonly orTakeKey: (where: Where, last: boolean) => string;
  /** The same of one on the way, with "accept-new". */
  readonly orTakeJumpKey: string;
  /** Of a key that is known by its authority alone. */
  readonly ownKey: (where: Where) => string;
  /** Of a machine that was installed anew, as it goes on after "add the key that it shows to known_hosts". */
  readonly orSetKey: string;
  /** Of another machine than the known one. */
  readonly correctAddress: string;
  /** What to do where a setting of ~/.ssh/config is one that kvmnet does not do. */
  readonly doWithout: string;
  /** As it goes on after "kvmnet works on a host as root: ". */
  readonly beRoot: string;
  /** As it goes on after "log in as root". */
  readonly asRoot: string;
  /** What sudo does not take. */
  readonly sudoPassword: string;
  /** As it goes on after a user's name and "may use sudo with a password, ". */
  readonly givePassword: string;
}

const program: Vocabulary = {
  addressRight: (where) => `is ${where}.host right`,
  writeAddress: "write that into connection.host",
  noLogin: (where) => `no ${where}.privateKey or password, no SSH agent`,
  encrypted: (where) => `set ${where}.privateKeyPassword, or add it to an SSH agent`,
  oneKey: (where) => `${where}.privateKey, or IdentityFile and IdentitiesOnly in ~/.ssh/config`,
  orTakeKey: (where, last) =>
    `, or set ${where}.hostKey${last ? ', or connection.strictHostKeyChecking: "accept-new"' : ""}`,
  orTakeJumpKey: ", or set connection.proxy.hostKey",
  ownKey: (where) => `Set ${where}.hostKey to its own key, or add a line with that to known_hosts.`,
  orSetKey: ", or set connection.hostKey to it",
  correctAddress:
    "Correct connection.host; or, for another machine on purpose, declare a new resource under another name.",
  doWithout:
    "Set what kvmnet needs in `connection` (host, user, privateKey, proxy…), or give this host a section above it that does without.",
  beRoot: 'set connection.user to "root", or connection.sudo to true or { password }',
  asRoot: ': connection.user "root"',
  sudoPassword: "connection.sudo.password",
  givePassword: "set connection.sudo to { password }",
};

const commandLine: Vocabulary = {
  addressRight: () => "is its name or address right",
  writeAddress: "write that",
  noLogin: () => "no SSH agent",
  encrypted: () => "add it to an SSH agent, by ssh-add",
  oneKey: () => "-i FILE -o IdentitiesOnly=yes, or IdentityFile and IdentitiesOnly in ~/.ssh/config",
  orTakeKey: () => "",
  orTakeJumpKey: "",
  ownKey: () => "Add a line with its own key to known_hosts.",
  orSetKey: "",
  correctAddress: "Correct its name or address.",
  doWithout:
    "Give this host a section above it that does without, or another file by -F, or switch it off by -o NAME=none.",
  beRoot: "write root@HOST, or --sudo",
  asRoot: ": root@HOST",
  sudoPassword: "that password",
  givePassword: "run this on a terminal, where you are asked for it",
};

const all = { program, commandLine };

let spoken = program;

/** For a process that is no plugin. */
export function speakTo(whom: keyof typeof all): void {
  spoken = all[whom];
}

export const words = (): Vocabulary => spoken;
