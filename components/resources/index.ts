// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
export { Bridge, type BridgeArgs } from "./bridge";
export { BridgeNetfilter, type BridgeNetfilterArgs } from "./bridgeNetfilter";
export { BridgeSelfTest, type BridgeSelfTestArgs } from "./bridgeSelfTest";
export { Network, type NetworkArgs } from "./network";
export { Nic, type NicArgs } from "./nic";
export { Tap, type TapArgs } from "./tap";
export { Provider, type ProviderArgs } from "./provider";
export type * from "./types";
