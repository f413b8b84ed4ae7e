import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { VmNic } from "pulumi-kvmnet";

const config = new pulumi.Config();
const privateKey = config.requireSecret("privateKey");

const web = new VmNic("web", {
  domain: "web",
  network: "lan",
  // @pulumi/command reads no ~/.ssh/config: what it needs for the host stands here.
  connection: { host: config.require("host"), user: "root", privateKey, hostKey: config.require("hostKey") },
});

// Runs in the VM once its NIC is up; the way to it goes through the host.
const kernel = new remote.Command("kernel", {
  connection: web.guestConnection({ user: "debian", privateKey }),
  create: "uname -r",
});

export const kernelRelease = kernel.stdout;
