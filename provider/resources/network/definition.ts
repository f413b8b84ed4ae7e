import { z } from "zod";
import { connection, hostOutputs } from "../connection";
import type { Definition } from "../definition";
import { interfaceName, libvirtName } from "../names";

const inputs = z.strictObject({
  connection,
  name: libvirtName.optional().meta({ description: "The network's name in libvirt. Default: the resource's name." }),
  bridge: interfaceName.meta({ description: "The host bridge that the network's NICs join." }),
  autostart: z.boolean().default(true).meta({ description: "Start the network with the host." }),
  active: z.boolean().default(true).meta({ description: "Whether the network runs now." }),
});

const outputs = z.object({
  name: z.string().meta({ description: "The network's name in libvirt." }),
  ...hostOutputs,
  uuid: z.string().meta({ description: "The network's UUID." }),
  drift: z
    .array(z.string())
    .meta({ description: "How the host differs from the wanted state, a sentence each; empty: not at all." }),
});

export const network = {
  name: "Network",
  description:
    "A libvirt network with `<forward mode='bridge'/>` on a bridge that the host has (see https://libvirt.org/formatnetwork.html#using-an-existing-host-bridge).",
  inputs,
  outputs,
  inputOnly: ["connection"],
  replaceOn: ["name"],
  // Its VMs run on it.
  createFirst: true,
} as const satisfies Definition<typeof inputs, typeof outputs>;

export type NetworkInputs = z.infer<typeof inputs> & { name: string };
export type NetworkState = Omit<NetworkInputs, "connection"> & z.infer<typeof outputs>;
