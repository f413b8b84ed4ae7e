import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { type ConnectionArgs, HostBridge, type HostBridgeArgs } from "pulumi-kvmnet";

// A program that compiles, as what is wrong comes from a file or a stack's config, of which the compiler knows nothing.
const { name, args } = JSON.parse(readFileSync(`${process.env.KVMNET_PLANTED}`, "utf8")) as {
  name: string;
  args: HostBridgeArgs & { connection: ConnectionArgs };
};
const bridge = new HostBridge(name, { ...args, connection: pulumi.output(args.connection) });
export const connection = bridge.connection;
