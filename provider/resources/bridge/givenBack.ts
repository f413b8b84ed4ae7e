import { addressingOf, withAddressing, withoutAddressing } from "../../backends/entry/addressing";
import { definedIds, findDefinition, netplanIn } from "../../backends/entry/definition";
import { expectAddressing } from "../../backends/entry/wanted";
import { isBridgeFile } from "../../backends/netplan/bridgeFile";
import type { Facts } from "../../host/facts/facts";
import type { BridgePlan } from "./bridgePlan";

export interface GivenBack {
  /** Path to text: what is to be written. */
  readonly files: ReadonlyMap<string, string>;
  /** Files that were changed by hand since, and keep that. */
  readonly kept: readonly string[];
}

/**
 * The files of its user's out of which kvmnet took the addressing of a bridge: byte for byte where they are as kvmnet left
 * them, else the addressing alone. One that its user removed stays away.
 */
export function filesGivenBack(facts: Facts, name: string, previousConfig: BridgePlan["previousConfig"]): GivenBack {
  const files = new Map<string, string>();
  const kept: string[] = [];
  for (const [path, original] of netplanIn(previousConfig)) {
    const text = facts.netplan.get(path);
    if (text === undefined || text === original) continue;
    if (strippedForms(path, original).has(text)) {
      files.set(path, original);
      continue;
    }
    kept.push(path);
    const [here, before] = [text, original].map((one) => findDefinition(new Map([[path, one]]), name));
    if (here && before) for (const edited of withAddressing(here, addressingOf(before))) files.set(...edited);
  }
  return { files: files.size > 0 ? files : addKvmnetAddressing(facts, name), kept };
}

/** kvmnet 0.1.0 kept no originals: where it took the addressing away, its user's file gets what the bridge has now. */
function addKvmnetAddressing(facts: Facts, name: string): ReadonlyMap<string, string> {
  const [ours, users] = [true, false].map((own) =>
    findDefinition(new Map([...facts.netplan].filter(([path]) => isBridgeFile(path, name) === own)), name),
  );
  if (!ours || !users || Object.keys(addressingOf(users)).length > 0) return new Map();
  const { dhcp4, addresses } = expectAddressing(addressingOf(ours));
  return dhcp4 || addresses.length > 0 ? withAddressing(users, addressingOf(ours)) : new Map();
}

/** A file as it is once the addressing of some of its interfaces was taken out. */
function strippedForms(path: string, original: string): Set<string> {
  const forms = new Set<string>();
  for (const { id } of definedIds(new Map([[path, original]])))
    for (const text of [original, ...forms]) {
      const definition = findDefinition(new Map([[path, text]]), id);
      const stripped = definition && withoutAddressing(definition).get(path);
      if (stripped !== undefined) forms.add(stripped);
    }
  return forms;
}
