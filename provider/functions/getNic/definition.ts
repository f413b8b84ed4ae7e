import { z } from "zod";
import { macvtapModes } from "../../plan/attachment/attachment";
import { resourceConnection as connection, hostOutputs } from "../../schema/connection";
import { interfaceName, libvirtName, macAddress } from "../../schema/names";
import { nicVlan } from "../../schema/nicVlan";
import type { FunctionDefinition } from "../definition";

const inputs = z.strictObject({
  connection,
  domain: libvirtName.meta({ description: "The VM, by libvirt name or UUID." }),
  macAddress: macAddress
    .optional()
    .meta({ description: "The NIC's MAC address. Default: the VM's only NIC, of those that the other inputs leave." }),
  network: libvirtName.optional().meta({ description: "Only a NIC on this libvirt network." }),
  bridge: interfaceName.optional().meta({ description: "Only a NIC on this bridge, and on no network." }),
  device: interfaceName.optional().meta({ description: "Only a NIC that is directly on this NIC of the host's." }),
  waitForAddress: z.int().min(0).max(3600).default(0).meta({
    description:
      "Seconds to wait for the guest's address while the VM runs; 0: not at all, and `ipAddresses` is empty.",
  }),
});

const outputs = z.object({
  hostId: hostOutputs.hostId,
  domainId: z.string().meta({ description: "The VM's UUID." }),
  domain: z.string().meta({ description: "The VM's libvirt name." }),
  running: z.boolean().meta({ description: "Whether the VM runs." }),
  macAddress: z.string().meta({ description: "The NIC's MAC address." }),
  network: z.string().optional().meta({ description: "The libvirt network that it is on." }),
  bridge: z.string().optional().meta({ description: "The bridge that it is on: its own, or the one of its network." }),
  device: z.string().optional().meta({ description: "The host's NIC that it is directly on, by a macvtap." }),
  mode: z.enum(macvtapModes).optional().meta({ description: "The macvtap's mode." }),
  vlan: nicVlan.optional().meta({
    description: "The VLANs that libvirt has it in; none: its bridge decides, or there are none.",
  }),
  model: z.string().optional().meta({ description: 'The device that the guest sees, like "virtio".' }),
  linkState: z.enum(["up", "down"]).meta({ description: "Whether its cable is plugged in." }),
  tap: z.string().meta({ description: 'The TAP on the host, "" while the VM is off.' }),
  ipAddresses: z
    .array(z.string())
    .meta({ description: "The guest's addresses on this NIC, IPv4 first, then those of IPv6 that last." }),
  live: z.boolean().meta({ description: "Whether the running VM has it." }),
  persistent: z.boolean().meta({ description: "Whether the VM's definition has it, for its next start." }),
});

export const getNic = {
  name: "getNic",
  description:
    "A NIC that a VM has now, whoever attached it. Changes nothing. An error where the VM has no such NIC, or several.",
  inputs,
  outputs,
} as const satisfies FunctionDefinition<typeof inputs, typeof outputs>;

export type GetNicInputs = z.infer<typeof inputs>;
export type GetNicResult = z.infer<typeof outputs>;
