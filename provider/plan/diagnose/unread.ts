import { remedies, type Unread } from "../../host/facts/unread";
import { type Check, finding } from "./finding";

/** What of the host can't be read: nothing here is said of it, and that must not pass for well. */
export const unread: Check = (facts) =>
  facts.unread.map((one) =>
    finding("unread", "warning", {
      subject: subjectOf(one),
      evidence: one.what,
      cause:
        "The host has it in a form that kvmnet can't read, or did not answer in time. All else is as it is told here.",
      fix: remedies[one.part],
    }),
  );

function subjectOf({ part, about: [name] = [] }: Unread): string {
  if (name === undefined) return "host";
  if (part === "domains") return `VM ${name}`;
  if (part === "networks") return `network ${name}`;
  if (part === "records") return `bridge ${name}`;
  return "host";
}
