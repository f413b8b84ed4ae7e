import type { z } from "zod";
import { rule as ruleShape } from "../facts/printed";
import type { Miss } from "../facts/unreadable";
import { atOnce, type Steps } from "../turns";
import type { NamingRule } from "./firewall";
import { printedRule, rulesetOf } from "./parseNft";

// biome-ignore lint/suspicious/noExplicitAny: nft's JSON, read field by field (libnftables-json(5)).
type Json = any;

const interfaceKeys = new Set(["iif", "oif", "iifname", "oifname", "ibrname", "obrname", "sdif", "sdifname"]);

/** What `nft -j list ruleset` printed, and of each named set of interfaces what is in it, by "family/table/name". */
export function namingInNft(text: string, sets: ReadonlyMap<string, string>): NamingRule[] {
  return atOnce(parsingNaming(rulesetOf(text), sets, () => {}));
}

/** The same in steps; what is not of the usual form names no interface, and is told by whom it is read for its own sake. */
export function* parsingNaming(
  objects: readonly unknown[],
  sets: ReadonlyMap<string, string>,
  miss: Miss,
): Steps<NamingRule[]> {
  const rules: NamingRule[] = [];
  const hooks: NamingRule[] = [];
  for (const [at, object] of objects.entries()) {
    if (at % 200 === 199) yield;
    const { rule, chain, flowtable } = (object ?? {}) as Json;
    const read = ruleShape.safeParse(rule);
    if (read.success) rules.push(...namingRule(read.data));
    hooks.push(...(hooked(chain, "chain") ?? hooked(flowtable, "flowtable") ?? []));
  }
  const elements: NamingRule[] = [];
  for (const [name, printed] of sets) {
    yield;
    try {
      const names = strings(rulesetOf(printed).flatMap((one: Json) => (one?.set ?? one?.map)?.elem ?? []));
      if (names.length > 0)
        elements.push({ where: `nft ${name}`, text: `elements { ${names.join(", ")} }`, names, masquerades: false });
    } catch (error) {
      miss("firewall", [name], `the set ${name} of nft's can't be read: it ${(error as Error).message}`);
    }
  }
  return [...rules, ...hooks, ...elements];
}

function namingRule(rule: z.infer<typeof ruleShape>): NamingRule[] {
  const statements: Json[] = rule.expr ?? [];
  const names = [...new Set(statements.filter(asksForInterface).flatMap(strings))].filter(
    (one) => !one.startsWith("@"),
  );
  if (names.length === 0) return [];
  const masquerades = statements.some(
    (one) =>
      typeof one === "object" &&
      one !== null &&
      ("masquerade" in one || "snat" in one || one.xt?.name === "MASQUERADE"),
  );
  return [
    { where: `nft ${rule.family}/${rule.table}/${rule.chain}`, text: printedRule(rule).text, names, masquerades },
  ];
}

/** An ingress or egress hook, or a flow table, is on its devices. */
function hooked(object: Json, kind: string): NamingRule[] | undefined {
  const names = strings(object?.dev ?? []);
  if (names.length === 0) return undefined;
  const where = `nft ${object.family}/${object.table}/${object.name}`;
  return [{ where, text: `${kind} on ${names.join(", ")}`, names, masquerades: false }];
}

function asksForInterface(statement: Json): boolean {
  if (typeof statement !== "object" || statement === null) return false;
  if (interfaceKeys.has(statement.meta?.key)) return true;
  return Object.values(statement).some(asksForInterface);
}

/** All texts that are values in it, not what is asked for them. */
function strings(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  if (typeof value !== "object" || value === null || "meta" in value || "payload" in value) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    ["op", "target", "name", "type"].includes(key) ? [] : strings(one),
  );
}

/** What `iptables-save` printed of a tool, "iptables-nft": its rules that ask for interfaces, of all tables. */
export function namingInIptables(tool: string, text: string): NamingRule[] {
  let table = "";
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("*")) table = line.slice(1).trim();
    const [, chain] = /^-A (\S+) /.exec(line) ?? [];
    const names = [...line.matchAll(/ (?:-[io]|--physdev-(?:in|out)) (\S+)/g)].map(([, name = ""]) =>
      name.replace(/\+$/, "*"),
    );
    if (chain === undefined || names.length === 0) return [];
    const masquerades = / -j (MASQUERADE|SNAT)\b/.test(line);
    return [{ where: `${tool.replace(/-nft$/, "")} ${table}/${chain}`, text: line, names, masquerades }];
  });
}

/** Whether a name, which may end in "*", is an interface's. */
export function isNamed(names: readonly string[], link: string): boolean {
  return names.some((name) => (name.endsWith("*") ? link.startsWith(name.slice(0, -1)) : name === link));
}
