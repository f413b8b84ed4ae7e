import { createHash } from "node:crypto";
import { type Facts, linkNamed, ownerMarkOf } from "../../host/facts/facts";
import { tapScript } from "../../host/tap/script";
import { enabledPath, makerOf, parametersPath, type TapParameters, tapFiles, unitPath } from "../../plan/tap/files";
import { type Holder, heldOr } from "../ownership/mark";
import { tapMark } from "../ownership/paths";
import type { Marked } from "../ownership/whose";
import type { TapInputs, TapState } from "./definition";

/** fe, as libvirt has it for the host's end: a bridge with no MAC address of its own takes the lowest of its ports. */
export function tapMac(machineId: string, name: string): string {
  const hash = createHash("sha256").update([machineId, name].join("\0")).digest("hex");
  return `fe:54:00:${hash.slice(0, 2)}:${hash.slice(2, 4)}:${hash.slice(4, 6)}`;
}

export function parametersOf(facts: Facts, inputs: TapInputs, madeBy: string): TapParameters {
  const { name, bridge, owner, group, multiQueue, vnetHdr } = inputs;
  const made = tapMac(facts.machineId, name);
  const macAddress = madeBy === "" ? (linkNamed(facts, name)?.mac ?? made) : made;
  return { name, bridge, owner, group, multiQueue, vnetHdr, macAddress, madeBy };
}

/** What a state has of a TAP that the host does not tell. */
export type StateOnly = Holder & Pick<TapState, "madeBy" | "hostKey">;

/** A TAP, and whose the host says that it is; 0.1.0 says it among the parameters. */
export function markedTap(facts: Facts, name: string, { host }: TapInputs["connection"]): Marked {
  const owner = makerOf(facts.taps, name);
  const mark = ownerMarkOf(facts, tapMark(name)) ?? (owner === undefined ? undefined : { owner });
  return { words: `the TAP ${name}`, mark, importAs: `${host}/${name}` };
}

/** 0.1.0 has the URN of its create in the state. */
export const heldBy = ({ ownerId, ownerUrn, madeBy }: StateOnly): Holder => heldOr({ ownerId, ownerUrn }, madeBy);

export function tapState(facts: Facts, inputs: TapInputs, { madeBy, hostKey, ownerId, ownerUrn }: StateOnly): TapState {
  const { connection: _, ...rest } = inputs;
  const wanted = parametersOf(facts, inputs, madeBy);
  return {
    ...rest,
    hostId: facts.machineId,
    ...{ hostKey, ownerId, ownerUrn },
    macAddress: wanted.macAddress,
    master: linkNamed(facts, inputs.name)?.master ?? "",
    madeBy,
    drift: tapDrift(facts, wanted),
  };
}

/** Whether the host has files of kvmnet's for the TAP. */
export const installed = ({ taps }: Facts, name: string): boolean =>
  taps.has(parametersPath(name)) || taps.has(unitPath(name));

export function tapDrift(facts: Facts, wanted: TapParameters): string[] {
  return [...fileDrift(facts, wanted), ...findReplacingDifferences(facts, wanted), ...linkDrift(facts, wanted)];
}

/** What a reboot would lose. A TAP that somebody else made is there again by that one's doing, or not. */
export function fileDrift(facts: Facts, wanted: TapParameters): string[] {
  if (wanted.madeBy === "") return [];
  const enabled = enabledPath(wanted.name);
  return [
    ...[...tapFiles(wanted, tapScript)].flatMap(([path, text]) => {
      const there = facts.taps.get(path);
      return there === text ? [] : [there === undefined ? `${path} is not there` : `${path} was changed by hand`];
    }),
    ...(facts.taps.has(enabled) ? [] : [`${enabled} is not there: a reboot would lose the TAP`]),
  ];
}

/** What only a TAP made anew has otherwise. Not vnetHdr: a program that opens the TAP says that itself. */
export function findReplacingDifferences(facts: Facts, { name, owner, group, multiQueue }: TapParameters): string[] {
  const link = linkNamed(facts, name);
  if (!link) return [];
  if (!link.tap) return [`${name} is no TAP`];
  const { tap } = link;
  const sentences: (string | false)[] = [
    tap.owner !== owner && `the owner of ${name} is ${tap.owner ?? "nobody"} instead of ${owner ?? "nobody"}`,
    tap.group !== group && `the group of ${name} is ${tap.group ?? "none"} instead of ${group ?? "none"}`,
    tap.multiQueue !== multiQueue && `${name} has ${tap.multiQueue ? "several queues" : "one queue"}`,
  ];
  return sentences.filter((sentence) => sentence !== false);
}

function linkDrift(facts: Facts, { name, bridge, macAddress }: TapParameters): string[] {
  const link = linkNamed(facts, name);
  if (!link) return [`the TAP ${name} is not there`];
  const sentences: (string | false)[] = [
    link.master !== bridge && `the TAP ${name} is in ${link.master ?? "no bridge"} instead of in ${bridge}`,
    !link.up && `${name} is down`,
    link.mac !== macAddress && `${name} has the MAC address ${link.mac} instead of ${macAddress}`,
  ];
  return sentences.filter((sentence) => sentence !== false);
}
