import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../schema/connection";
import { expand, expandPath, type Tokens } from "./config/expand";
import { Settings } from "./config/settings";
import { refuseUnsupported } from "./config/unsupported";
import { HostError } from "./hostError";
import { type Jump, parseJumps } from "./jumps";
import { label } from "./labels";
import type { Where } from "./vocabulary";

/** How one machine is reached: what the connection says, then ~/.ssh/config, then the defaults of ssh. */
export interface Target {
  /** user@host, as people write it. */
  readonly label: string;
  /** Where a program says how it is reached: the host's own connection, or the one of what is on the way. */
  readonly property: Where;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The name that known_hosts has it by, at whatever port: HostKeyAlias. */
  readonly knownAs: string | undefined;
  readonly password?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly privateKeyPassword?: string | undefined;
  readonly agent?: string | undefined;
  readonly identityFiles: readonly string[];
  /** Those that do not stand beside their keys: CertificateFile. */
  readonly certificateFiles: readonly string[];
  /** Only the agent's keys that identityFiles name. */
  readonly identitiesOnly: boolean;
  readonly hostKey?: string | undefined;
  readonly strict: "yes" | "accept-new" | "no";
  readonly knownHostsFiles: readonly string[];
  readonly revokedKeysFiles: readonly string[];
  /** Whether what is known of its address has to agree with what is known of its name. */
  readonly checkHostIp: boolean;
  /** Whether a password may be sent to it: to log in, or to sudo. */
  readonly sendsPassword: boolean;
  /** The command that is the way to it, by the address that it is dialled at; undefined: a connection of kvmnet's own. */
  readonly command: ((host: string) => string) | undefined;
  readonly timeoutMs: number;
  readonly keepaliveMs: number;
}

/** More than anybody chains; a loop ends here. */
const mostHops = 8;

/** Every machine on the way, the last one the host itself. Reads ~/.ssh/config: at each dial. */
export function route(connection: Connection, depth = 0): Target[] {
  const label = hostLabel(connection);
  if (depth >= mostHops)
    throw new HostError("unreachable", label, "more than 8 jump hosts: does ProxyJump lead back here?");
  try {
    return routeTo(connection, label, depth);
  } catch (error) {
    throw error instanceof HostError ? error : new HostError("config", label, (error as Error).message);
  }
}

function routeTo(connection: Connection, label: string, depth: number): Target[] {
  const settings = Settings.of(connection.host, connection.user, { last: depth === 0 });
  const ownLogin = connection.privateKey !== undefined || connection.password !== undefined;
  refuseUnsupported(settings, { ownLogin, ownProxy: connection.proxy !== undefined });
  const jumped = connection.proxy !== undefined || !/^none$/i.test(settings.text("ProxyJump") ?? "none");
  const target = targetOf(connection, label, settings, depth === 0 ? "connection" : "connection.proxy", jumped);
  const tokens: Tokens = { ...target, original: connection.host };
  const jumps: Jump[] = connection.proxy
    ? [connection.proxy]
    : parseJumps(expand("ProxyJump", settings.text("ProxyJump") ?? "none", tokens));
  const [first, ...others] = jumps;
  if (first === undefined) return [target];
  // The first is dialled from here, so it may have a way of its own; each of the others is dialled from the one before.
  const through = others.map((jump) => {
    const settings = Settings.of(jump.host, jump.user, { last: false });
    refuseUnsupported(settings, { ownLogin: false, ownProxy: true });
    return targetOf(jump, hostLabel(jump), settings, "connection.proxy", true);
  });
  return [...route(first, depth + 1), ...through, target];
}

function targetOf(
  connection: Connection,
  label: string,
  settings: Settings,
  property: Target["property"],
  jumped: boolean,
): Target {
  const user = connection.user ?? settings.text("User") ?? userInfo().username;
  const port = connection.port ?? settings.count("Port") ?? 22;
  const original = connection.host;
  const host = expand("HostName", settings.text("HostName") ?? "%h", { host: original, original, port, user });
  const knownAs = settings.text("HostKeyAlias");
  const tokens: Tokens = { host, original, port, user, alias: knownAs };
  const paths = (name: string, fallback: string) => {
    const words = settings.words(name) ?? fallback.split(" ").filter(Boolean);
    return /^none$/i.test(words.join(" ")) ? [] : words.map((path) => expandPath(name, path, tokens));
  };
  const userFiles = paths("UserKnownHostsFile", "~/.ssh/known_hosts ~/.ssh/known_hosts2");
  const seconds = connection.perDialTimeout ?? settings.count("ConnectTimeout") ?? 15;
  const identityFiles = settings.all("IdentityFile").filter((path) => path.toLowerCase() !== "none");
  // Those of FIDO tokens can't be used, and an error that lists what was tried says so.
  const usual = ["id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk"].map((name) =>
    join(homedir(), ".ssh", name),
  );
  const command = jumped ? undefined : commandOf(settings, tokens);
  // What can't be given to it is said before anything is dialled.
  command?.(host);
  return {
    label,
    property,
    host,
    port,
    user,
    knownAs,
    password: connection.password,
    privateKey: connection.privateKey,
    privateKeyPassword: connection.privateKeyPassword,
    agent: connection.agentSocketPath ?? agentOf(settings.text("IdentityAgent"), tokens),
    identityFiles:
      settings.words("IdentityFile") === undefined
        ? usual
        : identityFiles.map((path) => expandPath("IdentityFile", path, tokens)),
    certificateFiles: settings.all("CertificateFile").map((path) => expandPath("CertificateFile", path, tokens)),
    identitiesOnly: settings.flag("IdentitiesOnly"),
    hostKey: connection.hostKey,
    strict:
      connection.strictHostKeyChecking ??
      // As ssh does: where there is nowhere to keep it, no new key is taken.
      (userFiles.length === 0 ? "yes" : strictness(settings.text("StrictHostKeyChecking"))),
    knownHostsFiles: [
      ...userFiles,
      ...paths("GlobalKnownHostsFile", "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"),
    ],
    revokedKeysFiles: paths("RevokedHostKeys", ""),
    command,
    checkHostIp: !jumped && command === undefined && settings.flag("CheckHostIP"),
    sendsPassword: connection.password !== undefined || typeof connection.sudo === "object",
    timeoutMs: seconds * 1000,
    // More often than people set it: a change of a host's network must not wait for a connection that is dead.
    keepaliveMs: Math.min(settings.count("ServerAliveInterval") || 5, 5) * 1000,
  };
}

/** Names that a shell takes as they are: in the user's command they stand where the user put them. */
const plain = /^[\w][\w.:%+@-]*$/;

function commandOf(settings: Settings, tokens: Tokens): Target["command"] {
  const said = settings.text("ProxyCommand") ?? "none";
  if (/^none$/i.test(said)) return undefined;
  return (host) => {
    const odd = [host, tokens.original, tokens.user, tokens.alias ?? host].find((name) => !plain.test(name));
    if (odd !== undefined)
      throw new Error(
        `${JSON.stringify(odd)} is not given to ProxyCommand's shell: only letters, digits and _.:%+@- are.`,
      );
    return expand("ProxyCommand", said, { ...tokens, host });
  };
}

function agentOf(setting: string | undefined, tokens: Tokens): string | undefined {
  if (setting === undefined || setting === "SSH_AUTH_SOCK") return process.env.SSH_AUTH_SOCK || undefined;
  if (setting.toLowerCase() === "none") return undefined;
  if (/^\$\w+$/.test(setting)) return process.env[setting.slice(1)] || undefined;
  return expandPath("IdentityAgent", setting, tokens);
}

/** There is nobody to ask. */
function strictness(setting: string | undefined): Target["strict"] {
  const said = setting?.toLowerCase();
  if (said === "accept-new") return "accept-new";
  return said === "no" || said === "off" || said === "false" ? "no" : "yes";
}

/** user@host, with the port where it is not SSH's own. */
export function hostLabel(connection: Pick<Connection, "host" | "user" | "port">): string {
  const host = connection.host.includes(":") ? `[${connection.host}]` : connection.host;
  return label(
    `${connection.user ? `${connection.user}@` : ""}${host}${connection.port && connection.port !== 22 ? `:${connection.port}` : ""}`,
  );
}
