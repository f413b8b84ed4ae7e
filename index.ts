import "./components/resources/registered";

export { BridgeNetwork, type BridgeNetworkArgs } from "./components/bridgeNetwork";
export type { Connection } from "./components/connection";
/** Looks at a host, from a program: both as a promise of plain values and as an output. */
export * from "./components/functions";
export type { GuestConnection, GuestLogin } from "./components/guestConnection";
export { HostBridge, type HostBridgeArgs } from "./components/hostBridge";
/** The plugin's own resources, one thing on a host each, as `pulumi import` writes them. The components above put them together. */
export * from "./components/resources";
/** The same under a name of their own. */
export * as resources from "./components/resources";
export { type RolloutArgs, rollout } from "./components/rollout";
export { VmNic, type VmNicArgs } from "./components/vmNic";
