import { attachmentsIn } from "../../plan/attachment/attachment";
import { containsUnknown, isUnknown } from "../../schema/unknown";
import type { CheckFailure } from "../lifecycle";
import type { NicInputs } from "./definition";

/** What of a NIC's inputs does not go together. */
export function misplaced(inputs: Partial<NicInputs>): CheckFailure[] {
  const said = attachmentsIn(inputs).map(({ kind }) => (kind === "direct" ? "device" : kind));
  const [first = "network", ...others] = said;
  const bare = inputs.device === undefined;
  const failures: (CheckFailure | false)[] = [
    said.length === 0 && { property: "network", reason: "say what the NIC is on: either network, bridge or device" },
    others.length > 0 && {
      property: others[0] ?? "",
      reason: `a NIC is on one thing: either ${[first, ...others].join(" or ")}, not ${said.length > 2 ? "all" : "both"}`,
    },
    bare &&
      inputs.mode !== undefined && {
        property: "mode",
        reason: "is of a NIC directly on a `device`: say that, or leave it out",
      },
    !bare &&
      inputs.isolated === true && {
        property: "isolated",
        reason:
          'is of a port of a bridge, and a NIC on a `device` is none: `mode: "private"` keeps those on one device apart',
      },
    !bare &&
      inputs.filter !== undefined && {
        property: "filter",
        reason:
          "can't be on a `device`: libvirt filters what goes through a bridge. Put the NIC on a bridge or a network",
      },
  ];
  return [...failures.filter((failure) => failure !== false), ...wrongVlan(inputs)];
}

/** A value may not be known yet. */
function wrongVlan({ vlan, device }: Partial<NicInputs>): CheckFailure[] {
  if (typeof vlan !== "object" || vlan === null || isUnknown(vlan)) return [];
  const { tag, trunk, native } = vlan;
  const known = Array.isArray(trunk) && !containsUnknown(trunk) ? trunk : undefined;
  const twice = known?.findIndex((one, at) => known.indexOf(one) !== at) ?? -1;
  const failures: (CheckFailure | false)[] = [
    device !== undefined && {
      property: "vlan",
      reason:
        "can't be on a `device`: libvirt gives a macvtap no VLAN. Put the NIC on a bridge, or on the `device` that is the VLAN's own link",
    },
    (tag === undefined) === (trunk === undefined) && { property: "vlan", reason: "must have one of tag and trunk" },
    native !== undefined &&
      trunk === undefined && { property: "vlan.native", reason: "is one of a `trunk`; a `tag` is for one VLAN alone" },
    native !== undefined &&
      known !== undefined &&
      !isUnknown(native) &&
      !known.includes(native) && { property: "vlan.native", reason: `must be one of the trunk: ${known.join(", ")}` },
    known?.length === 0 && { property: "vlan.trunk", reason: "must have the number of one VLAN at least" },
    twice >= 0 && { property: `vlan.trunk[${twice}]`, reason: `is there already: ${known?.[twice]}` },
  ];
  return failures.filter((failure) => failure !== false);
}
