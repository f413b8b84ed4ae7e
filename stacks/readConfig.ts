import * as pulumi from "@pulumi/pulumi";
import { checkConfig } from "./checkConfig";
import type { HomelabConfig } from "./config";

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
  const written = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, text]) => [key.slice(prefix.length), parse(text)]),
  );
  return { config: checkConfig(written), encrypted: isSecret(`${prefix}hosts`) };
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
