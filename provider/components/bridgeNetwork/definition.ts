import { z } from "zod";
import { network } from "../../resources/network/definition";
import { connectionParts } from "../../schema/connection";
import { interfaceName } from "../../schema/names";
import type { ComponentDefinition } from "../definition";

const inputs = network.inputs.omit({ device: true, mode: true }).extend({
  bridge: interfaceName.meta({
    description: "The host bridge that the network's NICs join: a HostBridge's `name`, or that of one that is there.",
  }),
});

const outputs = z.object({
  name: z.string().meta({ description: "The network's name in libvirt." }),
  connection: connectionParts.readonly().meta({
    description: "How its host is reached: what takes this waits for the network.",
  }),
});

export const bridgeNetwork = {
  name: "BridgeNetwork",
  description:
    "A libvirt network with `<forward mode='bridge'/>`: the VMs on it stand on the LAN, with addresses from the LAN. " +
    "See https://libvirt.org/formatnetwork.html#using-an-existing-host-bridge.",
  inputs,
  outputs,
} as const satisfies ComponentDefinition<typeof inputs, typeof outputs>;
