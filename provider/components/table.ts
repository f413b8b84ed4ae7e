import { bridgeNetwork } from "./bridgeNetwork/definition";
import type { ComponentDefinition } from "./definition";
import { hostBridge } from "./hostBridge/definition";
import { vmNic } from "./vmNic/definition";

/** Every component: a new one is a folder beside this file, a class in components/ and a row here and in classes.ts. */
export const componentDefinitions: readonly ComponentDefinition[] = [bridgeNetwork, hostBridge, vmNic];
