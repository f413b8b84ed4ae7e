import { attachmentsIn } from "../../plan/attachment/attachment";
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
  return failures.filter((failure) => failure !== false);
}
