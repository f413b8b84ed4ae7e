import { z } from "zod";
import { connectionParts } from "../schema/connection";

/** What a provider can be told: a stack's config `kvmnet:connection`, or the arguments of a provider of the program's own. */
export const configuration = z.strictObject({
  connection: connectionParts.optional().meta({
    description:
      "How hosts are reached over SSH: the default of each field that the `connection` of a resource, or of a function, leaves out, and what an import by ID goes by. `proxy` and `sudo` are taken as a whole.",
  }),
});
