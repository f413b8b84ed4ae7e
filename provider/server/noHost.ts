import { type Connection, connection } from "../schema/connection";
import { isUnknown } from "../schema/unknown";

/** Whether a connection, with the provider's defaults, leads somewhere; what only `up` will know may. */
export const hasHost = (all: unknown): boolean => isUnknown(all) || (all as Partial<Connection>).host !== undefined;

export const noHost = {
  property: "connection.host",
  reason: `is missing, here and in the provider's configuration (kvmnet:connection). ${connection.shape.host.description}`,
};
