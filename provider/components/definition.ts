import type { z } from "zod";

/**
 * What a component is, said once: the schema, the TypeScript arguments and the homelab's config follow from it. The
 * class in components/ makes it, in a TypeScript program and, for every other language, in the plugin.
 */
export interface ComponentDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** The schema's name: the token is `kvmnet:index:<name>`. */
  readonly name: string;
  readonly description: string;
  readonly inputs: I;
  readonly outputs: O;
}
