import { pageHere } from "../host/documentation";
import type { Facts } from "../host/facts/facts";
import type { Host } from "../host/host";
import { type Concerned, concerns } from "../plan/diagnose/concerns";
import { sentences } from "../plan/diagnose/finding";
import type { Operation } from "./lifecycle";

/** Warns beside a resource of what is wrong about it and will not be mended by it; each thing once, beside the first that it concerns. */
export function warnOfFindings(
  { log, notices, name }: Pick<Operation, "log" | "notices" | "name">,
  host: Host,
  facts: Facts,
  { drift, ...about }: Concerned & { readonly drift: readonly string[] },
): void {
  for (const one of concerns(facts, about as Concerned, drift)) {
    const words = `${host.label}: ${sentences({ ...one, readOn: pageHere(one.readOn) })}`;
    if (notices.first(words, name) === undefined) log.warn(words, { finding: one });
  }
}
