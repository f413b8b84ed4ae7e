import { type Document, parseDocument } from "yaml";
import { type Facts, type Link, linkNamed } from "../../host/facts/facts";
import { owningDefinition } from "../../plan/addressing/owner";
import { learns, promised } from "../../plan/addressing/wanted";
import { addressingOf } from "../../plan/netplan/addressing";
import { bridgeFilePath } from "../../plan/netplan/bridgeFile";
import { identityPath, identityText } from "../../plan/netplan/identity";
import type { Found } from "./found";
import type { Restored } from "./restore";

/**
 * Where a bridge was found there is no original of its NIC: the NIC gets the bridge's addressing, and the bridge's
 * definition goes out of the user's files. With DHCP it gets the identity that the bridge had, so that the address stays.
 */
export function handedOver(facts: Facts, uplink: Link, { definition, own }: Found): Restored {
  const stanza = addressingOf(definition);
  const port = owningDefinition(facts, uplink);
  const documents = new Map<string, Document>();
  const edited = (path: string): Document => {
    const document = documents.get(path) ?? parseDocument(facts.netplan.get(path) ?? "");
    documents.set(path, document);
    return document;
  };
  for (const { path } of own.places) {
    const document = edited(path);
    document.deleteIn(["network", "bridges", definition.id]);
    const rest = document.getIn(["network", "bridges"]) as { items: unknown[] };
    if (rest.items.length === 0) document.deleteIn(["network", "bridges"]);
  }
  const at = ["network", port.section, port.id];
  for (const { path } of port.places)
    for (const key of Object.keys(addressingOf(port))) edited(path).deleteIn([...at, key]);
  const path = port.places.find((place) => place.path !== bridgeFilePath(definition.id))?.path;
  if (path !== undefined) {
    const document = edited(path);
    for (const [key, value] of Object.entries(stanza)) document.setIn([...at, key], document.createNode(value));
    (document.getIn(at) as { flow: boolean }).flow = false;
  }
  const promise = promised(stanza);
  const identity = identityText(stanza, linkNamed(facts, definition.id));
  return {
    files: new Map([
      ...[...documents].map(([path, document]): [string, string] => [path, text(document, facts.netplan.get(path))]),
      ...(identity === undefined ? [] : [[identityPath(port.id), identity] as [string, string]]),
    ]),
    kept: [],
    original: port,
    promise,
    learning: learns(stanza),
  };
}

/** Indented as it was. */
function text(document: Document, before = ""): string {
  return document.toString({ lineWidth: 0, indent: /^( +)[^ #]/m.exec(before)?.[1]?.length ?? 2 });
}
