import type { Operation } from "../resources/lifecycle";
import type { FunctionDefinition } from "./definition";

/** What a call may use: it looks at a host and changes nothing, in a preview as in an update. */
export type Call = Pick<Operation, "hosts" | "log" | "signal">;

/** A look at a host that a program may ask for. Inputs have passed the definition, and every value is known. */
export interface HostFunction<I, O> {
  readonly definition: FunctionDefinition;
  call(call: Call, inputs: I): Promise<O>;
}

/** What was asked for is wrong at one property: a failure of the call that names it, instead of an error. */
export class WrongArgument extends Error {
  override readonly name = "WrongArgument";
  constructor(
    readonly property: string,
    reason: string,
  ) {
    super(reason);
  }
}
