import type { Facts } from "../host/facts/facts";
import type { Host } from "../host/host";
import { type Concerned, concerns } from "../plan/diagnose/concerns";
import { sentences } from "../plan/diagnose/finding";
import type { Operation } from "./lifecycle";

/** Warns beside a resource of what is wrong about it and will not be mended by it. */
export function tellFindings(
  { log }: Pick<Operation, "log">,
  host: Host,
  facts: Facts,
  { drift, ...about }: Concerned & { readonly drift: readonly string[] },
): void {
  for (const one of concerns(facts, about as Concerned, drift)) log.warn(`${host.label}: ${sentences(one)}`);
}
