import { diagnoseFunction } from "./diagnose/diagnose";
import type { HostFunction } from "./function";
import { getHostFunction } from "./getHost/getHost";
import { getNicFunction } from "./getNic/getNic";

type Values = Record<string, unknown>;

/** What the plugin answers, by function. Apart from the definitions, which the generator reads without it. */
export const functions: readonly HostFunction<Values, Values>[] = [diagnoseFunction, getHostFunction, getNicFunction];
