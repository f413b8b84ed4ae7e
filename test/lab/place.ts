import type { Namespace } from "./namespace";

/** Where the engine, ssh and probes run: a namespace and the address that others see there. */
export interface Place extends Pick<Namespace, "name" | "run" | "spawn" | "must"> {
  readonly address: string;
}
