import { z } from "zod";

/** Whose a thing on the host is, as every resource has it that keeps something there. */
export const ownerOutputs = {
  ownerId: z.string().optional().meta({
    description:
      "The ID that the host's record of this thing has too, made at create: only the resource that has it changes or deletes the thing, whatever its name, its stack or its URN is.",
  }),
  ownerUrn: z.string().optional().meta({
    description: "The URN that the host's record has, in words for people: brought up to date by the next `pulumi up`.",
  }),
};
