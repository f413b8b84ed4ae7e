import type { Facts } from "../../host/facts/facts";
import type { LibvirtNetwork, NetworkForward } from "../../host/facts/libvirt";
import { forwardIn } from "../../host/facts/parseLibvirt";
import type { Host } from "../../host/host";
import {
  type Attachment,
  attachmentBy,
  attachmentIn,
  attachmentsIn,
  inWords,
  nameOf,
  sameAttachment,
} from "../../plan/attachment/attachment";
import { isKnown, type Previewed } from "../../schema/unknown";
import { refuseMacvtap } from "../device";
import type { CheckFailure } from "../lifecycle";
import { refuseWithoutBridge } from "../presence";
import type { NetworkInputs } from "./definition";

type Placed = Pick<NetworkInputs, "bridge" | "device" | "mode">;

/** What of a network's inputs does not go together. */
export function misplaced({ bridge, device, mode }: Partial<Placed>): CheckFailure[] {
  const said = attachmentsIn({ bridge, device });
  const failures: (CheckFailure | false)[] = [
    said.length === 0 && { property: "bridge", reason: "say what the network is on: either bridge or device" },
    said.length > 1 && {
      property: "device",
      reason: "a network is on one thing: either bridge or device, not both",
    },
    device === undefined &&
      mode !== undefined && { property: "mode", reason: "is of a network on a `device`: say that, or leave it out" },
  ];
  return failures.filter((failure) => failure !== false);
}

/** What the program puts a network on. */
export const wantedPlace = ({ bridge, device, mode }: Placed): Attachment => attachmentIn({ bridge, device, mode });

/** Its name, where it is a bridge. */
export function bridgeIn(place: Attachment): string | undefined {
  return place.kind === "bridge" ? place.bridge : undefined;
}

/** Whether a network's NICs go there and nowhere else. */
export function isOn(present: NetworkForward, place: Attachment): boolean {
  return sameAttachment(attachmentBy(present), place) && (place.kind !== "direct" || present.devices?.length === 1);
}

/** The same, now and at its next start. */
export function staysOn(present: LibvirtNetwork, place: Attachment): boolean {
  const { definedBridge, definition } = present;
  const stays = place.kind === "bridge" ? definedBridge === place.bridge : isOn(forwardIn(definition), place);
  return isOn(present, place) && stays;
}

/** The same, where it is known already. */
export function readKnownPlace({ bridge, device, mode }: Previewed<Placed>): Attachment | undefined {
  const placed: Previewed<Placed> = { bridge, device, mode };
  return isKnown<Placed>(placed) ? wantedPlace(placed) : undefined;
}

/** Whether it would have to be another network: of a place that is not known yet, the kind counts. */
export function isOther(present: LibvirtNetwork, inputs: Previewed<Placed>): boolean {
  const place = readKnownPlace(inputs);
  const kind = inputs.device === undefined ? "bridge" : "direct";
  return place ? !isOn(present, place) : attachmentBy(present).kind !== kind;
}

/** "forward mode nat, bridge virbr0". */
export function placeWords({ forward = "none", bridge = "none", devices }: NetworkForward): string {
  return `forward mode ${forward}, ${devices ? `on ${devices.join(", ")}` : `bridge ${bridge}`}`;
}

/** How a network is elsewhere than it is to be, a sentence each. */
export function placeDrift(present: LibvirtNetwork, place: Attachment): string[] {
  const { name, forward = "none", bridge = "none", definedBridge } = present;
  const wanted = nameOf(place);
  if (place.kind !== "bridge") {
    const [now, next] = [present, forwardIn(present.definition)].map((one) => !isOn(one, place) && placeWords(one));
    if (now) return [`the network ${name} is of ${now} instead of on ${inWords(place)}`];
    return next
      ? [`the definition of the network ${name}, for its next start, is of ${next} instead of on ${inWords(place)}`]
      : [];
  }
  const sentences: (string | false)[] = [
    forward !== "bridge" && `the network ${name} has the forward mode ${forward} instead of bridge`,
    bridge !== wanted &&
      `the network ${name} is on ${present.devices && bridge === "none" ? present.devices.join(", ") : `the bridge ${bridge}`} instead of ${wanted}`,
    bridge === wanted &&
      definedBridge !== wanted &&
      `the definition of the network ${name}, for its next start, is on the bridge ${definedBridge ?? "none"} instead of ${wanted}`,
  ];
  return sentences.filter((sentence) => sentence !== false);
}

/** @throws Refusal of what a network can't be on, as the host has it not, or can't give it */
export async function refuseUnfit(host: Host, facts: Facts, place: Attachment): Promise<void> {
  if (place.kind === "bridge") return refuseWithoutBridge(facts, host, nameOf(place));
  await refuseMacvtap(host, facts, place);
}
