import * as pulumi from "@pulumi/pulumi";
import { BridgeNetwork, HostBridge, VmNic } from "pulumi-kvmnet";

const config = new pulumi.Config();
const connection = {
  host: config.require("host"),
  user: config.get("user") ?? "root",
  // Left out: the keys of the SSH agent and ~/.ssh, and the host keys in known_hosts.
  privateKey: config.getSecret("privateKey"),
  hostKey: config.get("hostKey"),
};

const bridge = new HostBridge("bridge", { connection });
const lan = new BridgeNetwork("lan", { bridge });
const vms = config.getObject<string[]>("vms") ?? [];
const nics = vms.map((domain) => new VmNic(domain, { network: lan, domain }));

export const hostAddresses = bridge.addresses;
export const vmAddresses = nics.map((nic) => nic.ipAddresses);
