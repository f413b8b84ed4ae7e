import { bridgeLifecycle } from "./bridge/lifecycle";
import type { Lifecycle } from "./lifecycle";
import { networkLifecycle } from "./network/lifecycle";
import { nicLifecycle } from "./nic/lifecycle";

// biome-ignore lint/suspicious/noExplicitAny: each has inputs and a state of its own; the server hands them through.
export const lifecycles: readonly Lifecycle<any, any>[] = [bridgeLifecycle, networkLifecycle, nicLifecycle];
