import { CheckFailure } from "@pulumi/pulumi/proto/provider_pb";
import { visibleText } from "./visibleText";

/** What is wrong with a property, as Check and Invoke say it. */
export function failure(property: string, reason: string): CheckFailure {
  const message = new CheckFailure();
  message.setProperty(property);
  message.setReason(visibleText(reason));
  return message;
}
