import { isIPv6 } from "node:net";
import { type Connection, connection } from "../provider/schema/connection";
import { shown } from "./shown";
import { UsageError } from "./usageError";

/** As ssh takes it, also as ssh://…, with the port as in a URL; an IPv6 address with a port stands in brackets. */
export function parseTarget(target: string): Pick<Connection, "host" | "user" | "port"> {
  const bare = target.replace(/^ssh:\/\/(.*?)\/?$/is, "$1");
  const at = bare.lastIndexOf("@");
  const [user, place] = [bare.slice(0, Math.max(at, 0)), bare.slice(at + 1)];
  if (user.includes(":"))
    throw new UsageError(
      `a password does not belong on a command line: write ${shown(`${user.split(":")[0]}@${place}`)}`,
    );
  const [, bracketed, name, port] = isIPv6(place)
    ? [place, place]
    : (/^(?:\[([^\s[\]]+)\]|([^\s:/[\]-][^\s:/[\]]*))(?::(\d{1,5}))?$/.exec(place) ?? []);
  const host = bracketed ?? name;
  const number = port === undefined ? undefined : parsePort(port);
  const isHost = connection.shape.host.safeParse(host).success && (at === -1 || isUser(user));
  if (!host || !isHost || (port !== undefined && number === undefined))
    throw new UsageError(
      `${shown(target)} is not a host; write kvm1.example, root@192.0.2.10:22, [2001:db8::10]:22 or ssh://root@kvm1.example:22`,
    );
  return { host, ...(user && { user }), ...(number !== undefined && { port: number }) };
}

export const isUser = (user: string) =>
  connection.shape.user.safeParse(user).success && user.trim() !== "" && !user.startsWith("-");

export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}
