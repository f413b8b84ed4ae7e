import type { z } from "zod";
import { type Connection, connection } from "../schema/connection";

type Parts = Readonly<Record<string, z.ZodType<string>>>;

/** What a kind of resource is imported by, after its host: the parts by name, and how a whole ID looks. */
export interface ImportForm<P extends Parts> {
  /** "Network" */
  readonly resource: string;
  /** "kvm1.example/lan" */
  readonly example: string;
  readonly parts: P;
}

/**
 * An ID that a person types: `[user@]host[:port]/…`, an IPv6 address in brackets. How the host is reached beyond that,
 * a jump host too, comes from the provider's configuration, then from ~/.ssh/config.
 *
 * @throws Error that says what is wrong with it and how one looks
 */
export function parseImportId<P extends Parts>(
  id: string,
  form: ImportForm<P>,
  defaults: Partial<Connection> = {},
): { readonly connection: Connection } & { readonly [K in keyof P]: string } {
  const [host = "", ...given] = id.split("/");
  const names = Object.keys(form.parts);
  const wrong = (why: string) =>
    new Error(
      `a ${form.resource} is imported by [user@]host[:port]/${names.map((name) => `<${name}>`).join("/")}, like ${form.example}; ${JSON.stringify(id)}: ${why}.`,
    );
  if (/^[0-9a-f]{32}$/.test(host))
    throw wrong("this is the ID that a stack keeps, which has the host's machine-id; say how the host is reached");
  if (given.length !== names.length)
    throw wrong(`it has ${given.length} of ${names.length} parts after the host, with a "/" before each`);
  const values: Record<string, string> = {};
  for (const [index, [name, type]] of Object.entries(form.parts).entries()) {
    const read = type.safeParse(given[index]);
    if (!read.success) throw wrong(`${name} ${read.error.issues[0]?.message ?? "is not valid"}`);
    values[name] = read.data;
  }
  return { connection: { ...defaults, ...parseHost(host, wrong) }, ...(values as { [K in keyof P]: string }) };
}

function parseHost(text: string, wrong: (why: string) => Error): Connection {
  const at = text.lastIndexOf("@");
  const place = text.slice(at + 1);
  const [, bracketed, plain, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(place) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined)
    throw wrong(
      place.includes("[") ? "the brackets around its host don't match" : "an IPv6 address needs brackets around it",
    );
  const read = connection.safeParse({
    host,
    ...(at >= 0 && { user: text.slice(0, at) }),
    ...(port !== undefined && { port: /^\d+$/.test(port) ? Number(port) : port }),
  });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const reasons: Readonly<Record<string, string>> = {
    host: host === "" ? "it has no host" : (issue?.message ?? ""),
    user: at === 0 ? 'it has no user before the "@"' : (issue?.message ?? ""),
    port: "its port must be a number from 1 to 65535",
  };
  throw wrong(reasons[String(issue?.path[0])] ?? "is not valid");
}
