import * as pulumi from "@pulumi/pulumi";
import { BridgeNetwork, HostBridge, VmNic } from "pulumi-kvmnet";

const config = new pulumi.Config();
// Left out: the keys of the SSH agent and ~/.ssh, and the host keys in known_hosts.
const connection = { host: config.require("host"), user: config.get("user") ?? "root" };

const bridge = new HostBridge("bridge", { connection }); // on the NIC with the host's default route; the host keeps its address
const lan = new BridgeNetwork("lan", { bridge }); // a libvirt network on it
const nic = new VmNic("nic", { network: lan, domain: config.require("vm") }); // a NIC for the VM, running or not

export const hostAddresses = bridge.addresses;
export const vmAddresses = nic.ipAddresses;
