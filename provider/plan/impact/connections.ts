import { backendOf } from "../../backends/backends";
import { findDefinition } from "../../backends/entry/definition";
import type { Impact, Look } from "./impact";

/** NetworkManager is stopped while the kernel gets what it will find: Wi-Fi and VPNs end with it, wired links do not. */
export const endingConnections: Look = (facts, { gone }) => {
  const definition = findDefinition(facts.netplan, gone);
  if (definition === undefined || backendOf(definition).name !== "NetworkManager") return [];
  return facts.ending.map(
    (connection): Impact => ({
      name: `connection:${connection}`,
      says: `NetworkManager is stopped for a moment, and its connection ${connection} ends with it`,
      remedy: "End it before, and bring it up again afterwards",
      verdict: "refused",
    }),
  );
};
