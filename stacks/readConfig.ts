import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parseDocument } from "yaml";
import { checkConfig } from "./checkConfig";
import type { HomelabConfig } from "./config";
import { type Fields, record } from "./fields";
import { plainSecrets } from "./plainSecrets";

/** A stack's config, checked. */
export interface Homelab {
  readonly config: HomelabConfig;
  /** Whether the YAML encrypts something under `hosts`. */
  readonly encrypted: boolean;
}

/**
 * Reads the config of the stack that is running: every key of the project's own namespace.
 *
 * @throws ConfigError with everything that is wrong, each under its key
 */
export function readConfig(): Homelab {
  const prefix = `${pulumi.getProject()}:`;
  const values: Fields = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig()).map(([key, text]) => [key, parse(text)]),
  );
  const written = Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
  const config = checkConfig(written);
  const warning = plainSecrets({ values, isSecret, file: writtenFile() });
  if (warning !== undefined) void pulumi.log.warn(warning);
  return { config, encrypted: isSecret(`${prefix}hosts`) };
}

/** The stack's file, beside this program; nothing where the config comes from elsewhere (`--config-file`). */
function writtenFile(): Fields {
  const file = join(__dirname, `Pulumi.${pulumi.getStack()}.yaml`);
  return existsSync(file) ? record(record(parseDocument(readFileSync(file, "utf8")).toJS()).config) : {};
}

/** The engine hands objects over as JSON, and plain strings as they are. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Pulumi says of a key, not of its parts, that it is secret, and says it to `Config.getObject` alone, which then warns.
 * The structure must be read in the open: it decides which resources there are.
 */
function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  return isConfigSecret?.(key) ?? true;
}
