import { z } from "zod";
import { bridge } from "../../resources/bridge/definition";
import { bridgeNetfilter } from "../../resources/bridgeNetfilter/definition";
import { bridgeSelfTest } from "../../resources/bridgeSelfTest/definition";
import { connectionParts } from "../../schema/connection";
import type { ComponentDefinition } from "../definition";

const selfTest = bridgeSelfTest.inputs.pick({ address: true, resolves: true }).meta({
  typeName: "BridgeTrial",
  description: "How a bridge is tried as a VM would use it.",
});

const inputs = bridge.inputs.extend({
  netfilter: z
    .union([bridgeNetfilter.inputs.shape.mode.unwrap(), z.literal(false)])
    .optional()
    .meta({
      plain: true,
      description:
        "What a packet filter of the host's does with what the bridge forwards between its own ports: the `mode` of a " +
        "BridgeNetfilter. Without one, a FORWARD policy of drop can make VMs deaf. false: leave it as it is. " +
        'Default: "accept".',
    }),
  selfTest: z
    .union([z.boolean(), selfTest])
    .optional()
    .meta({
      plain: true,
      description:
        "Tries the bridge as a VM would, once the change is confirmed and again whenever the bridge's configuration " +
        "changes: a BridgeSelfTest. Where it fails, the bridge stays, `pulumi up` fails and nothing is put on the " +
        "bridge. It brings one more MAC address onto the LAN, which a switch's port security may mind. true: by DHCP. " +
        "Default: false.",
    }),
});

const outputs = z.object({
  name: z.string().meta({
    description: "The bridge's interface name. Known when all of it is there and the change is confirmed.",
  }),
  addresses: z
    .array(z.string())
    .meta({ description: "The host's addresses on the bridge, with prefix length: `192.0.2.100/24`." }),
  macAddress: z
    .string()
    .meta({ description: "The bridge's MAC address; the uplink's, unless the program gave another." }),
  connection: connectionParts.readonly().meta({
    description: "How the host is reached now that it has the bridge: what takes this waits for the bridge.",
  }),
});

export const hostBridge = {
  name: "HostBridge",
  description:
    "A host whose physical NIC is the port of a bridge, so that virtual machines can stand on its LAN. " +
    "The NIC's addressing moves to the bridge in one transaction: the host undoes it by itself unless the change was " +
    "confirmed over a new SSH connection. A failure is an error of `pulumi up`, and nothing that needs the bridge is made.",
  inputs,
  outputs,
} as const satisfies ComponentDefinition<typeof inputs, typeof outputs>;
