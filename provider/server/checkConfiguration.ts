import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Values } from "../codec/decode";
import { encode } from "../codec/encode";
import type { Secrets } from "../codec/secrets";
import { unfolded } from "../codec/unfolded";
import { configuration } from "../resources/configuration";
import { connectionParts } from "../schema/connection";
import { pathText } from "../schema/path";
import { propertiesOf } from "../schema/shape";
import { validate } from "./validate";

interface Wrong {
  readonly path: string;
  readonly reason: string;
}

const properties = propertiesOf(configuration);
const parts = propertiesOf(connectionParts);

/**
 * What is wrong with a provider's configuration; and all of its inputs, what is secret marked, in the form that they came in.
 *
 * @param withProject whether it comes with the config of a project of the provider's name: the engine can't tell the two apart
 */
export function checkConfiguration(
  { connection, ...others }: Values,
  secrets: Secrets,
  inputs: Values,
  withProject = false,
): { inputs: Struct; wrong: Wrong[] } {
  const wrong: Wrong[] = Object.keys(others).map((key) => ({ path: key, reason: noSuchKey(key, withProject) }));
  const read = unfolded(connection);
  if (connection !== undefined && read === undefined) {
    wrong.push({ path: "connection", reason: "must be an object, or one as JSON; this text is no JSON" });
  } else if (read !== undefined) {
    const checked = validate(connectionParts, read, ["connection"]);
    wrong.push(...checked.wrong.map(({ path, reason }) => ({ path: pathText(path), reason })));
  }
  // JSON is secret as a whole, also where it can't be read: what stands in it may be a key.
  const folded = typeof connection === "string";
  const secret = folded && (read === undefined || hasSecret(read));
  const shape = folded
    ? { connection: { shape: { kind: "string" as const }, description: "", secret, required: false } }
    : properties;
  return { inputs: encode(inputs, shape, secrets), wrong };
}

function noSuchKey(key: string, withProject: boolean): string {
  const [, part] = /^connection\.(.+)$/.exec(key) ?? [];
  if (part === undefined && withProject)
    return "is no configuration of kvmnet's. This project is named kvmnet too, so that its own config is handed to the provider: write another `name` into Pulumi.yaml, and that in place of kvmnet before the config's keys";
  if (part !== undefined) return `is no configuration of kvmnet's; set it by pulumi config set --path 'kvmnet:${key}'`;
  return "is no configuration of kvmnet's; it has connection, whose fields are the defaults of each resource's connection";
}

const hasSecret = (connection: unknown): boolean =>
  typeof connection !== "object" ||
  connection === null ||
  Object.keys(connection).some((key) => parts[key]?.secret ?? true);
