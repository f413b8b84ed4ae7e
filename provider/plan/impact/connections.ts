import { addressingOf } from "../../backends/entry/addressing";
import { findDefinition } from "../../backends/entry/definition";
import { promised } from "../../backends/entry/wanted";
import { ownerIn } from "../../backends/owner";
import type { Impact, Look } from "./impact";

/** Whoever wants a bridge there says so: not all that this can do to a host has been tried on both releases. */
export const leaseOfProfile: Look = (facts, { gone, enslaved }) => {
  const definition = enslaved && findDefinition(facts.netplan, gone);
  if (!definition || ownerIn(definition) !== "NetworkManager") return [];
  const [{ path = "" } = {}] = definition.places;
  if (!promised(addressingOf(definition)).dhcp4) return [];
  return [
    {
      name: `NetworkManager:${gone}`,
      says: `NetworkManager has ${gone} by ${path}, which asks DHCP, and kvmnet is not through all of its tests with that yet`,
      remedy: "Write method=manual there, or take a host whose NIC netplan, networkd or ifupdown has",
      verdict: "refused",
    },
  ];
};

/** NetworkManager is stopped while the kernel gets what it will find: Wi-Fi and VPNs end with it, wired links do not. */
export const endingConnections: Look = (facts, { gone }) => {
  const definition = findDefinition(facts.netplan, gone);
  if (definition === undefined || ownerIn(definition) !== "NetworkManager") return [];
  return facts.ending.map(
    (connection): Impact => ({
      name: `connection:${connection}`,
      says: `NetworkManager is stopped for a moment, and its connection ${connection} ends with it`,
      remedy: "End it before, and bring it up again afterwards",
      verdict: "refused",
    }),
  );
};
