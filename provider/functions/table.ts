import type { FunctionDefinition } from "./definition";
import { diagnose } from "./diagnose/definition";
import { getHost } from "./getHost/definition";
import { getNic } from "./getNic/definition";

/** Every function: a new one is a folder beside this file and a row here. */
export const functionDefinitions: readonly FunctionDefinition[] = [diagnose, getHost, getNic];
