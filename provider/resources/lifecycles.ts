import { bridgeLifecycle } from "./bridge/lifecycle";
import { bridgeNetfilterLifecycle } from "./bridgeNetfilter/lifecycle";
import { bridgeSelfTestLifecycle } from "./bridgeSelfTest/lifecycle";
import type { Lifecycle } from "./lifecycle";
import { networkLifecycle } from "./network/lifecycle";
import { nicLifecycle } from "./nic/lifecycle";
import { tapLifecycle } from "./tap/lifecycle";

type Values = Record<string, unknown>;

/** What the plugin does, by resource. Apart from the definitions, which the generator and the stacks read without it. */
export const lifecycles: readonly Lifecycle<Values, Values>[] = [
  bridgeLifecycle,
  bridgeNetfilterLifecycle,
  bridgeSelfTestLifecycle,
  networkLifecycle,
  nicLifecycle,
  tapLifecycle,
];
