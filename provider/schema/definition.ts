import type { z } from "zod";

/**
 * What a resource is, said once: schema.json, the generated classes, validation, defaults, secrets and docs
 * all follow from it. Properties are zod types; their `.meta({ description, secret })` is the documentation.
 */
export interface Definition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** The schema's name: the token is `kvmnet:index:<name>`. */
  readonly name: string;
  readonly description: string;
  readonly inputs: I;
  /** What the state has besides the inputs; a name that is an input's too is that input as the host resolved it. */
  readonly outputs: O;
  /** Inputs that are no outputs: `connection` does not belong into the state's outputs, secrets and all. */
  readonly inputOnly: readonly (keyof z.infer<I> & string)[];
  /** Inputs whose change makes it another thing: replaced, the old one deleted first. */
  readonly replaceOn: readonly (keyof z.infer<I> & string)[];
  /**
   * Inputs that an update gives the thing another name by. Of one that was cut short, the engine keeps the inputs of before,
   * and the state has what there is: that counts.
   */
  readonly renamedBy?: readonly (keyof z.infer<I> & string)[];
  /** The other thing is made first: both can be there, and what hangs on the old one moves over before that goes. */
  readonly createFirst?: boolean;
}

declare module "zod" {
  interface GlobalMeta {
    /** Encrypted in the state, and never printed. */
    secret?: boolean;
    /** How one gets in, not where: a change of it alone is no change of the resource. */
    quiet?: boolean;
    /** What Check filled in once, in kvmnet 0.1.0: a state that has it is of a program that said nothing. */
    formerDefault?: unknown;
    /** Of a component's input: known when the component is constructed, as it decides what that consists of. */
    plain?: boolean;
    /** The schema's name of an object type, where the type is shared or has a name of its own. */
    typeName?: string;
  }
}
