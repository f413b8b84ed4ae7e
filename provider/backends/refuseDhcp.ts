import { Refusal } from "../schema/refusal";
import type { Stanza } from "./entry/addressing";

/** @throws Refusal of an addressing that asks DHCP, which such a bridge can't be given yet */
export function refuseDhcp(stanza: Stanza, owner: string): void {
  for (const key of ["dhcp4", "dhcp6"] as const)
    if (stanza[key])
      throw new Refusal(
        `addressing.${key}: for now kvmnet gives a bridge of ${owner}'s fixed addresses only. Write addressing.addresses, or leave addressing out.`,
      );
}
