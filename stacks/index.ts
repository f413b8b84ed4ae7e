import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "./checkConfig";
import { homelab } from "./homelab";
import { readConfig } from "./readConfig";

/** The program of a homelab: a stack's config says what there is, see Pulumi.example.yaml. */
function program() {
  try {
    return homelab(readConfig());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // What is wrong is in the YAML: a stack trace through the program would only hide the lines that say where.
    throw new pulumi.RunError(`the config of stack "${pulumi.getStack()}" cannot be used:\n${error.message}`);
  }
}

export const { hosts, vms } = program();
