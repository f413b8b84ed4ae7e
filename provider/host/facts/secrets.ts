import {
  type Document,
  isAlias,
  isScalar,
  type Node,
  parseAllDocuments,
  parseDocument,
  type Scalar,
  visit,
} from "yaml";
import { limits } from "./limits";

/** netplan-yaml(5): tunnels, modems; Wi-Fi and 802.1x; what it hands on to NetworkManager, as nm-settings(5) has it. Also as somebody may misspell them. */
const secretKey =
  /^(private|shared|input|output|pin)$|(secrets?|cak)$|(?<!^(public|client)-?)key\d?$|pas+(w|p|$)|psk|pwd|secr|pri?va?te?-|share?d-/i;

/** A text without any of the keys' parts has no secret: it need not be parsed. In quotes, a key may be written otherwise. */
const maySaySecret = /key|kye|pri|share?d|put|pin|pas|psk|pwd|secr|cak|\\/i;

/** A secret in a file, and where it stands. */
export interface SecretScalar {
  readonly value: unknown;
  readonly range: readonly [start: number, end: number];
}

/** The secrets of a netplan file; undefined where it is no YAML, and nobody knows them. */
export function secretScalars(text: string): SecretScalar[] | undefined {
  try {
    // It compares each key with all before it.
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false });
    return document.errors.length > 0 ? undefined : secretsOf(document);
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The same of each document in it: netplan reads the first one, whatever comes after. */
function anySecretScalars(text: string): SecretScalar[] {
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: false, prettyErrors: false });
    return [...documents].filter(({ errors }) => errors.length === 0).flatMap(secretsOf);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** Of some files, as many as are parsed within a few seconds. */
export function* withinLimit(texts: Iterable<string>): Iterable<string> {
  let left = 4 * limits.netplan;
  for (const text of texts) {
    left -= text.length;
    if (left > 0) yield text;
  }
}

/** The same as they are, and as the file writes them. */
export function secretsIn(text: string): string[] {
  const all = maySaySecret.test(text) ? anySecretScalars(text) : [];
  return all
    .filter(({ value }) => value !== null && typeof value !== "boolean")
    .flatMap(({ value, range: [start, end] }) => [
      String(value),
      text.slice(start, end).replace(/^(["'])([\s\S]*)\1$/, "$2"),
    ])
    .filter((one) => !isTunnelNumber.test(one));
}

/** What keeps a GRE tunnel's ends apart may be written as an IPv4 address, and an address is no secret elsewhere. */
const isTunnelNumber = /^\d{1,3}(\.\d{1,3}){3}$/;

function secretsOf(document: Document): SecretScalar[] {
  const found = new Map<Scalar, SecretScalar>();
  const followed = new Set<Node>();
  const anchors = anchorsOf(document);
  const add = (node: Node | null | undefined) => {
    if (!node || followed.has(node)) return;
    followed.add(node);
    visit(node, {
      Scalar(key, scalar) {
        const { value, range } = scalar;
        if (key !== "key" && range) found.set(scalar, { value, range: [range[0], range[1]] });
      },
      Alias(_, { source }) {
        for (const one of anchors.get(source) ?? []) add(one);
      },
    });
  };
  visit(document, {
    Pair(_, { key, value }) {
      // A list of them, or one of a kind with several ("keys: {private: …}"), is below the key. NetworkManager's settings
      // are written "group.setting", or in a mapping of the group.
      const keys = isAlias(key) ? (anchors.get(key.source) ?? []) : [key];
      const names = keys.flatMap((one) => (isScalar(one) ? String(one.value).split(".") : []));
      if (!names.some((name) => secretKey.test(name))) return undefined;
      add(value as Node | null);
      return visit.SKIP;
    },
  });
  return [...found.values()];
}

/** What an alias may stand for. */
function anchorsOf(document: Document): Map<string, Node[]> {
  const anchors = new Map<string, Node[]>();
  visit(document, {
    Value(_, node) {
      if (!node.anchor) return;
      const nodes = anchors.get(node.anchor) ?? [];
      nodes.push(node);
      anchors.set(node.anchor, nodes);
    },
  });
  return anchors;
}
