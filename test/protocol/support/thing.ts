import { z } from "zod";
import type { Values } from "../../../provider/codec/decode";
import { resourceConnection as connection } from "../../../provider/schema/connection";
import type { AnyLifecycle } from "../../../provider/server/resourceType";

const place = z
  .strictObject({
    room: z.string().default("cellar").meta({ description: "The room." }),
    pin: z.string().optional().meta({ description: "The door's.", secret: true }),
  })
  .meta({ typeName: "Place", description: "Where it stands." });

/** A resource as simple as one can be, with one of everything that the protocol cares about. */
const definition = {
  name: "Thing",
  description: "A thing.",
  inputs: z.strictObject({
    connection,
    name: z.string().optional().meta({ description: "Its name. Default: the resource's." }),
    size: z.int().min(1).max(9).default(3).meta({ description: "Its size." }),
    tags: z.array(z.string()).default([]).meta({ description: "Its tags." }),
    place: place.optional(),
    token: z.string().optional().meta({ description: "Its token.", secret: true }),
  }),
  outputs: z.object({
    name: z.string(),
    serial: z.string().meta({ description: "Its serial number." }),
    key: z.string().meta({ description: "Its key.", secret: true }),
    drift: z.array(z.string()),
  }),
  inputOnly: ["connection"],
  replaceOn: ["name"],
} as const;

/** Things that stand in this process's memory; each method can be replaced by a test's own. */
export class Things {
  readonly there = new Map<string, Values>();

  lifecycle(own: Partial<AnyLifecycle> = {}): AnyLifecycle {
    const state = (inputs: Values): Values => ({ ...inputs, serial: "0001", key: "k", drift: [] });
    return {
      definition,
      check: (name, inputs) => ({ inputs: { ...inputs, name: inputs.name ?? name }, failures: [] }),
      previewCreate: async (_operation, inputs) => inputs,
      create: async (_operation, inputs) => {
        const id = `thing/${String(inputs.name)}`;
        this.there.set(id, state(inputs));
        return { id, state: state(inputs) };
      },
      read: async (_operation, id, inputs) => {
        const found = this.there.get(id);
        return found
          ? { kind: "there", id, inputs, state: found }
          : { kind: "gone", why: `there is no ${id} any more` };
      },
      previewUpdate: async (_operation, _id, old, inputs) => ({ ...old.state, ...inputs }),
      update: async (_operation, id, old, inputs) => {
        const updated = { ...old.state, ...inputs };
        this.there.set(id, updated);
        return { state: updated };
      },
      delete: async (_operation, id) => {
        this.there.delete(id);
      },
      ...own,
    };
  }
}
