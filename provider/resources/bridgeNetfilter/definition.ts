import { z } from "zod";
import { resourceConnection as connection, hostOutputs } from "../../schema/connection";
import type { Definition } from "../../schema/definition";
import { interfaceName } from "../../schema/names";
import { ownerOutputs } from "../ownership/outputs";

const inputs = z.strictObject({
  connection,
  bridge: interfaceName.meta({ description: "The host bridge whose frames are let through." }),
  mode: z.enum(["accept", "bypass"]).default("accept").meta({
    description:
      '"accept": a rule in each chain on forward that can drop lets through what the bridge forwards between its own ports; what is routed is filtered as before, but that a chain of nftables\' own can\'t tell a bridged frame from one routed from the bridge back onto it. "bypass": net.bridge.bridge-nf-call-iptables, -ip6tables and -arptables are 0, so that iptables and nft do not see the bridged frames of the whole host.',
  }),
});

const outputs = z.object({
  ...hostOutputs,
  ...ownerOutputs,
  owner: z.string().meta({
    description: "The URN of the resource that made the rules, as kvmnet 0.1.0 knows whose they are. See `ownerId`.",
  }),
  effective: z.string().meta({
    description:
      "What now happens to a frame that the bridge forwards between two of its ports, and which rule decides.",
  }),
  drift: z
    .array(z.string())
    .meta({ description: "How the host differs from the wanted state, a sentence each; empty: not at all." }),
});

export const bridgeNetfilter = {
  name: "BridgeNetfilter",
  description:
    "What the host's packet filter does with frames that a bridge forwards between its own ports, its VMs and the LAN. " +
    "With the kernel module br_netfilter, which Docker and others load, iptables and nft see these too " +
    "(see https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html, bridge-nf-call-iptables): a FORWARD policy of drop makes VMs deaf. " +
    "What is set holds across reboots and restarts of the firewall, also where the module is loaded later.",
  inputs,
  outputs,
  inputOnly: ["connection"],
  replaceOn: ["bridge"],
} as const satisfies Definition<typeof inputs, typeof outputs>;

export type BridgeNetfilterInputs = z.infer<typeof inputs>;
export type BridgeNetfilterState = Omit<BridgeNetfilterInputs, "connection"> & z.infer<typeof outputs>;
