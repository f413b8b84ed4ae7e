import type { Operation } from "../../../provider/resources/lifecycle";
import { Notices } from "../../../provider/resources/notices";
import { Ownership } from "../../../provider/resources/ownership/owned";

/** An operation of a preview that keeps what is said in it; it reaches no host by itself. */
export function said(parts: Partial<Operation> = {}): { messages: string[]; warnings: string[]; operation: Operation } {
  const messages: string[] = [];
  const warnings: string[] = [];
  const log = {
    progress: () => undefined,
    info: (message: string) => void messages.push(message),
    warn: (message: string) => {
      messages.push(message);
      warnings.push(message);
    },
  };
  const alone = { owned: new Ownership(), notices: new Notices(), isClaimed: () => false };
  const urn = "urn:pulumi:dev::homelab::kvmnet:index:Thing::one";
  const operation = { urn, name: "one", preview: true, ...alone, log, signal: new AbortController().signal, ...parts };
  return { messages, warnings, operation: operation as Operation };
}
