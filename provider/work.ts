import { functions } from "./functions/functions";
import { Hosts } from "./host/hosts";
import { lifecycles } from "./resources/lifecycles";
import { Operations, type OperationsOptions } from "./server/operations";

export const hosts = new Hosts();

/** All that the plugin does, of which it needs nothing to say who it is. */
export function operations(options: Omit<OperationsOptions, "lifecycles" | "functions" | "hosts">): Operations {
  return new Operations({ ...options, lifecycles, functions, hosts });
}
