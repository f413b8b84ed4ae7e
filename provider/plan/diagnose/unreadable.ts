import type { Facts } from "../../host/facts/facts";
import { remedies, type Unreadable } from "../../host/facts/unreadable";
import { describeRecorded } from "../describeRecorded";
import { type Check, finding } from "./finding";

/** What of the host can't be read: nothing here is said of it, and that must not pass for well. */
export const findUnreadableParts: Check = (facts) =>
  facts.unreadable.map((one) =>
    finding("unread", "warning", {
      subject: subjectOf(one, facts),
      evidence: one.what,
      cause:
        "The host has it in a form that kvmnet can't read, or did not answer in time. All else is as it is told here.",
      fix: remedies[one.part],
    }),
  );

function subjectOf({ part, about: [name] = [] }: Unreadable, facts: Facts): string {
  if (name === undefined) return "host";
  if (part === "domains") return `VM ${name}`;
  if (part === "networks") return `network ${name}`;
  if (part === "records") return name.startsWith("/") ? describeRecorded(name, facts) : `bridge ${name}`;
  return "host";
}
