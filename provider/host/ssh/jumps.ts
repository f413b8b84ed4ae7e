import type { Connection } from "../../schema/connection";

/** What a jump host's connection can have. */
export type Jump = NonNullable<Connection["proxy"]>;

/** What ProxyJump has: `[user@]host[:port]` or `ssh://…`, several parted by commas; "none" for none. */
export function parseJumps(text: string): Jump[] {
  if (text.toLowerCase() === "none") return [];
  return text.split(",").map((part) => {
    const one = part
      .trim()
      .replace(/^ssh:\/\//, "")
      .replace(/\/$/, "");
    const at = one.lastIndexOf("@");
    const user = at > 0 ? one.slice(0, at) : undefined;
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(one.slice(at + 1)) ?? [];
    const host = bracketed ?? plain ?? (one.slice(at + 1).split(":").length > 2 ? one.slice(at + 1) : undefined);
    if (!host) throw new Error(`ProxyJump: "${part}" is not [user@]host[:port]`);
    return { host, ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) };
  });
}
