import type { z } from "zod";

/**
 * What a function is, said once, as a resource's definition says what that is: schema.json, the generated TypeScript,
 * validation, defaults and docs follow from it.
 */
export interface FunctionDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** The schema's name: the token is `kvmnet:index:<name>`. */
  readonly name: string;
  readonly description: string;
  readonly inputs: I;
  readonly outputs: O;
}
