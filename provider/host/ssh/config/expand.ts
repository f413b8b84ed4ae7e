import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import { UnsupportedSetting } from "./unsupportedSetting";

/** What the tokens of ssh_config(5) stand for. */
export interface Tokens {
  /** %h, the host's real name. */
  readonly host: string;
  /** %n, as the user wrote it. */
  readonly original: string;
  readonly port: number;
  readonly user: string;
  /** %k, HostKeyAlias; without it, as the user wrote it. */
  readonly alias?: string | undefined;
}

/** Replaces %h and the like. */
export function expand(setting: string, text: string, { host, original, port, user, alias }: Tokens): string {
  const known: Record<string, () => string> = {
    "%": () => "%",
    h: () => host,
    n: () => original,
    p: () => String(port),
    r: () => user,
    u: () => userInfo().username,
    d: () => homedir(),
    i: () => String(userInfo().uid),
    l: () => hostname(),
    L: () => hostname().split(".")[0] ?? "",
    k: () => alias ?? original,
  };
  return text.replaceAll(/%(.?)/g, (token, letter: string) => {
    const value = Object.hasOwn(known, letter) ? known[letter] : undefined;
    if (value === undefined) throw new UnsupportedSetting(`${setting} ${token}`, undefined);
    return value();
  });
}

/** A path of a setting: tokens, `${VARIABLE}` and `~`. */
export function expandPath(setting: string, text: string, tokens: Tokens): string {
  const path = expand(setting, text, tokens).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => process.env[name] ?? "");
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
