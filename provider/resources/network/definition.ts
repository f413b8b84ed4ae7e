import { z } from "zod";
import { macvtapModes } from "../../plan/attachment/attachment";
import { resourceConnection as connection, hostOutputs } from "../../schema/connection";
import type { Definition } from "../../schema/definition";
import { interfaceName, libvirtName } from "../../schema/names";
import { ownerOutputs } from "../ownership/outputs";

const inputs = z.strictObject({
  connection,
  name: libvirtName.optional().meta({ description: "The network's name in libvirt. Default: the resource's name." }),
  bridge: interfaceName
    .optional()
    .meta({ description: "The host bridge that the network's NICs join. Either this or `device`." }),
  device: interfaceName.optional().meta({
    description:
      "The host's NIC that the network's NICs are directly on, each by a macvtap and without a bridge. The host itself does not reach the guests on it, and does not hear their addresses. Either this or `bridge`.",
  }),
  mode: z.enum(macvtapModes).optional().meta({
    description:
      'Who of those on the `device` hear each other: in "bridge" all do, in "vepa" by a switch that sends frames back, in "private" none; "passthrough" gives the NIC to one guest alone. Default: "bridge".',
  }),
  autostart: z.boolean().default(true).meta({ description: "Start the network with the host." }),
  active: z.boolean().default(true).meta({ description: "Whether the network runs now." }),
});

const previous = z
  .object({
    definition: z.string().meta({ description: "Its XML, as libvirt had it for the network's next start." }),
    autostart: z.boolean().meta({ description: "Whether it was started with the host." }),
    active: z.boolean().meta({ description: "Whether it ran." }),
  })
  .meta({ typeName: "NetworkBefore", description: "What a network was before kvmnet." });

const outputs = z.object({
  name: z.string().meta({ description: "The network's name in libvirt." }),
  ...hostOutputs,
  ...ownerOutputs,
  uuid: z.string().meta({ description: "The network's UUID." }),
  previous: previous.optional().meta({
    description:
      "What a network was that libvirt had already: destroy gives it back as it was, instead of removing it.",
  }),
  drift: z
    .array(z.string())
    .meta({ description: "How the host differs from the wanted state, a sentence each; empty: not at all." }),
});

export const network = {
  name: "Network",
  description:
    "A libvirt network on a bridge that the host has (see https://libvirt.org/formatnetwork.html#using-an-existing-host-bridge), or by macvtaps on one of its NICs (see https://libvirt.org/formatnetwork.html#using-a-macvtap-direct-connection).",
  inputs,
  outputs,
  inputOnly: ["connection"],
  replaceOn: ["name"],
  // Its VMs run on it.
  createFirst: true,
} as const satisfies Definition<typeof inputs, typeof outputs>;

export type NetworkBefore = z.infer<typeof previous>;
export type NetworkInputs = z.infer<typeof inputs> & { name: string };
export type NetworkState = Omit<NetworkInputs, "connection"> & z.infer<typeof outputs>;
