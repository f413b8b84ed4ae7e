import { z } from "zod";
import { macvtapModes } from "../../plan/attachment/attachment";
import type { Restrictions } from "../../plan/attachment/restrictions";
import { resourceConnection as connection, hostOutputs } from "../../schema/connection";
import type { Definition } from "../../schema/definition";
import { interfaceName, ipv4Address, libvirtName, macAddress } from "../../schema/names";
import { nicVlan } from "../../schema/nicVlan";
import { ownerOutputs } from "../ownership/outputs";

const filter = z
  .strictObject({
    name: libvirtName.meta({
      description:
        "The filter's name (virsh nwfilter-list): \"clean-traffic\" lets out no frame with another MAC or IPv4 address than the NIC's own, and no IPv6 at all.",
    }),
    addresses: z.array(ipv4Address).default([]).meta({
      description:
        "The guest's IPv4 addresses, which it may use and no others. None: libvirt takes the one that the guest uses first.",
    }),
  })
  .meta({ typeName: "NicFilter", description: "A network filter of libvirt's on a NIC." });

export const models = ["virtio", "e1000e", "e1000", "rtl8139"] as const;

const inputs = z.strictObject({
  connection,
  domain: libvirtName.meta({ description: "The VM, by libvirt name or UUID." }),
  network: libvirtName
    .optional()
    .meta({ description: "The libvirt network that the NIC is on. Either this, `bridge` or `device`." }),
  bridge: interfaceName
    .optional()
    .meta({ description: "The host bridge that the NIC is on. Either this, `network` or `device`." }),
  device: interfaceName.optional().meta({
    description:
      "The host's NIC that this one is directly on, by a macvtap and without a bridge. The host itself does not reach the guest on it, and does not hear its address. Either this, `network` or `bridge`.",
  }),
  mode: z.enum(macvtapModes).optional().meta({
    description:
      'Who of those on one `device` hear each other: in "bridge" all do, in "vepa" by a switch that sends frames back, in "private" none; "passthrough" gives the NIC to this guest alone. Default: "bridge".',
  }),
  model: z.enum(models).optional().meta({
    description:
      'The device that the guest sees (see https://libvirt.org/formatdomain.html#setting-the-nic-model). A running VM gets another one when it was switched off and on. Default: "virtio"; of a NIC that the VM had already, its own.',
  }),
  macAddress: macAddress.optional().meta({
    description:
      "The NIC's MAC address. A NIC that the VM has already is moved here instead of adding one. One that another VM of the host has is refused. Default: 52:54:00 and a hash of host, VM, project, stack and the resource's name, the same each time.",
  }),
  linkState: z.enum(["up", "down"]).default("up").meta({ description: "Whether the NIC's cable is plugged in." }),
  waitForAddress: z.int().min(0).max(3600).default(60).meta({
    description:
      "Seconds to wait for the guest's address while the VM runs; 0: not at all. When it ends without one, a warning.",
  }),
  isolated: z.boolean().optional().meta({
    description:
      "Whether it is kept apart from all other isolated NICs of its bridge: of the VMs there, it reaches those alone that are not isolated, and the LAN and the host. Default: as somebody made it; a NIC that is made is not.",
  }),
  filter: filter.optional().meta({
    description:
      "What of the guest's frames libvirt lets through, so that the guest can't pass itself off as another (see https://libvirt.org/formatnwfilter.html). Default: as somebody made it; a NIC that is made has none.",
  }),
  vlan: nicVlan.optional().meta({
    description:
      "The VLANs of the LAN that the guest is in, by a bridge that tells VLANs apart (`vlanFiltering` of a Bridge; on another one a tag would do nothing, and is refused) and libvirt 11.0 or later. Default: as somebody made it; a NIC that is made is where the bridge's frames without a tag are.",
  }),
  triggers: z.record(z.string(), z.string()).optional().meta({
    description:
      "Values by whose change the VM is looked at again, and given the NIC where it has lost it: for a VM that another tool undefines and defines again in the same `pulumi up`.",
  }),
});

const place = z
  .object({
    network: z.string().optional().meta({ description: "The libvirt network that it was on." }),
    bridge: z.string().optional().meta({ description: "The bridge that it was on, where it was on no network." }),
    device: z.string().optional().meta({ description: "The host's NIC that it was directly on." }),
    mode: z.enum(macvtapModes).optional().meta({ description: "The macvtap's mode." }),
    model: z.enum(models).meta({ description: "The device that the guest saw." }),
    linkState: inputs.shape.linkState.unwrap().meta({ description: "Whether its cable was plugged in." }),
    xml: z.string().optional().meta({ description: "All of it, as the VM's definition had it." }),
  })
  .meta({ typeName: "NicPlace", description: "Where a NIC was, and what it was." });

const outputs = z.object({
  ...hostOutputs,
  ...ownerOutputs,
  domainId: z.string().meta({ description: "The VM's UUID." }),
  macAddress: z.string().meta({ description: "The NIC's MAC address." }),
  model: z.enum(models).meta({ description: "The device that the guest sees, or will see from its next start on." }),
  tap: z.string().meta({ description: 'The TAP on the host, "" while the VM is off. Never drifts.' }),
  ipAddresses: z.array(z.string()).meta({
    description:
      "The guest's last known addresses on this NIC, as the guest itself claims them: IPv4 first, then those of IPv6 that last (made of the NIC's MAC address, or numbered low; no temporary ones). Of its LAN, where the host has an address there, and nobody else's that the host knows. What is known keeps its place while it is valid, and stays while the VM is off. Never drift.",
  }),
  live: z.boolean().meta({ description: "Whether the running VM has the NIC." }),
  persistent: z.boolean().meta({ description: "Whether the VM's definition has the NIC, for its next start." }),
  previous: place.optional().meta({
    description:
      "Where a NIC was that the VM had already, and what it was: destroy gives it back as it was instead of detaching it.",
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
  renamedBy: ["macAddress"],
} as const satisfies Definition<typeof inputs, typeof outputs>;

export type NicInputs = z.infer<typeof inputs>;
export type NicPlace = z.infer<typeof place>;
/** The inputs with what they come to: the model, and what the VM may do with it. */
export type NicWanted = NicInputs & Pick<NicPlace, "model"> & Restricted;
/** Not said: as somebody made it. */
export interface Restricted {
  readonly restrictions?: Restrictions | undefined;
}
export type NicState = Omit<NicInputs, "connection" | "macAddress" | "model"> & z.infer<typeof outputs>;
/** What is said of a NIC; in a preview, as far as it is known. */
export type PreviewedNic = Partial<NicInputs> & Pick<NicInputs, "connection">;
