import { z } from "zod";
import { connection, hostOutputs } from "../connection";
import type { Definition } from "../definition";
import { interfaceName, libvirtName, macAddress } from "../names";

const inputs = z.strictObject({
  connection,
  domain: libvirtName.meta({ description: "The VM, by libvirt name or UUID." }),
  network: libvirtName
    .optional()
    .meta({ description: "The libvirt network that the NIC is on. Either this or `bridge`." }),
  bridge: interfaceName
    .optional()
    .meta({ description: "The host bridge that the NIC is on. Either this or `network`." }),
  model: z.enum(["virtio", "e1000e", "e1000", "rtl8139"]).default("virtio").meta({
    description:
      "The device that the guest sees (see https://libvirt.org/formatdomain.html#setting-the-nic-model). A running VM gets another one when it was switched off and on.",
  }),
  macAddress: macAddress.optional().meta({
    description:
      "The NIC's MAC address. A NIC that the VM has already is moved here instead of adding one. Default: 52:54:00 and a hash of host, VM and the resource's name, the same each time.",
  }),
  linkState: z.enum(["up", "down"]).default("up").meta({ description: "Whether the NIC's cable is plugged in." }),
  waitForAddress: z.int().min(0).max(3600).default(60).meta({
    description:
      "Seconds to wait for the guest's address while the VM runs; 0: not at all. When it ends without one, a warning.",
  }),
});

const place = z
  .object({
    network: z.string().optional().meta({ description: "The libvirt network that it was on." }),
    bridge: z.string().optional().meta({ description: "The bridge that it was on, where it was on no network." }),
    model: inputs.shape.model.unwrap().meta({ description: "The device that the guest saw." }),
    linkState: inputs.shape.linkState.unwrap().meta({ description: "Whether its cable was plugged in." }),
  })
  .meta({ typeName: "NicPlace", description: "Where a NIC was, and what it was." });

const outputs = z.object({
  ...hostOutputs,
  domainId: z.string().meta({ description: "The VM's UUID." }),
  macAddress: z.string().meta({ description: "The NIC's MAC address." }),
  tap: z.string().meta({ description: 'The TAP on the host, "" while the VM is off. Never drifts.' }),
  ipAddresses: z
    .array(z.string())
    .meta({ description: "The guest's last known addresses on this NIC, sorted. Never drift." }),
  live: z.boolean().meta({ description: "Whether the running VM has the NIC." }),
  persistent: z.boolean().meta({ description: "Whether the VM's definition has the NIC, for its next start." }),
  previous: place.optional().meta({
    description:
      "Where a NIC was that the VM had already when it was moved here: destroy puts it back there instead of detaching it.",
  }),
  drift: z
    .array(z.string())
    .meta({ description: "How the host differs from the wanted state, a sentence each; empty: not at all." }),
});

export const nic = {
  name: "Nic",
  description: "A NIC of a VM that exists: attached live while the VM runs, and in its definition.",
  inputs,
  outputs,
  inputOnly: ["connection"],
  replaceOn: ["domain"],
} as const satisfies Definition<typeof inputs, typeof outputs>;

export type NicInputs = z.infer<typeof inputs>;
export type NicPlace = z.infer<typeof place>;
export type NicState = Omit<NicInputs, "connection" | "macAddress"> & z.infer<typeof outputs>;
