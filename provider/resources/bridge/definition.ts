import { z } from "zod";
import { addressing } from "../../schema/addressing";
import { resourceConnection as connection, hostOutputs } from "../../schema/connection";
import type { Definition } from "../../schema/definition";
import { anyInterfaceName, interfaceName, macAddress } from "../../schema/names";
import { probe } from "../../schema/probe";
import { ownerOutputs } from "../ownership/outputs";

const confirm = z
  .strictObject({
    timeout: z.int().min(10).max(3600).default(60).meta({
      description: "Seconds after which the host undoes a change that was not confirmed over a new connection.",
    }),
    probes: z.array(probe).optional().meta({
      description:
        "Tried from the host before the change; those that hold then must hold after it, or it is undone. The gateway and DNS are tried in any case.",
    }),
    rebootAsLastResort: z.boolean().optional().meta({
      description:
        "Whether the host restarts where it could not go back from a change in any other way; its files are as they were then. Default: false.",
    }),
  })
  .meta({ typeName: "Confirm", description: "How a change of the host's network is confirmed." });

const vlanUplink = z
  .strictObject({
    link: z.union([macAddress, anyInterfaceName]).meta({
      description: "The NIC or bond that the tagged frames go over, by name (an alternative one too) or MAC address.",
    }),
    vlan: z.int().min(1).max(4094).meta({ description: "The VLAN's number, 1 to 4094 (IEEE 802.1Q)." }),
  })
  .meta({ typeName: "VlanUplink", description: "A VLAN that is made for a bridge, and goes with it." });

/** Its number, or the first and the last one's. */
const vlanRange = z.union([
  z.int().min(2).max(4094),
  z.string().regex(/^\d{1,4}-\d{1,4}$/, 'must be a VLAN\'s number, 2 to 4094, or a range like "100-199"'),
]);

const inputs = z.strictObject({
  connection,
  name: interfaceName.default("br0").meta({ description: "The bridge's interface name." }),
  uplink: z
    .union([z.union([macAddress, anyInterfaceName]), vlanUplink])
    .optional()
    .meta({
      description:
        'The NIC that becomes the bridge\'s port, by name (an alternative one too) or MAC address. Or a VLAN that is made on one, {link, vlan}; or "none", for VMs among themselves: then the host has no address on the bridge unless `addressing` says one. Default: the NIC with the default route.',
    }),
  addressing: z
    .union([z.literal("inherit"), addressing])
    .default("inherit")
    .meta({
      description:
        '"inherit": the uplink\'s addressing moves to the bridge and the host keeps its address. Or the addressing itself.',
    }),
  stp: z.boolean().default(false).meta({ description: "Run the spanning tree protocol on the bridge." }),
  forwardDelay: z.int().min(0).max(30).default(0).meta({
    description: "Seconds that a new port listens and learns before it forwards; with STP at least 2 (see ip-link(8)).",
  }),
  mtu: z.int().min(576).max(65535).optional().meta({
    description:
      "MTU of the bridge and its uplink, in bytes. Default: the uplink's; of a bridge that was there before, the one that netplan's files give it.",
  }),
  vlanFiltering: z.boolean().optional().meta({
    description:
      "Whether the bridge tells VLANs apart (IEEE 802.1Q): then a Nic on it may have a `vlan`, and frames with a tag pass by `vlans` alone. The host and all NICs without a `vlan` stay where frames without a tag are (VLAN 1 in the bridge, which no frame on the wire says). Default: as somebody made it; a bridge that is made does not.",
  }),
  vlans: z.array(vlanRange).optional().meta({
    description:
      'The VLANs whose frames the uplink takes and sends with a tag: numbers, 2 to 4094, and ranges like "100-199". With `vlanFiltering` alone. Default: none.',
  }),
  macAddress: macAddress.optional().meta({
    description:
      "The bridge's MAC address. Default: the uplink's, so that DHCP knows the host; of a bridge that was there before, its own.",
  }),
  confirm: confirm.default({ timeout: 60 }),
  accept: z
    .array(
      z
        .string()
        .regex(
          /^(masquerade|firewall|vlan|macvlan|macvtap|ipvlan|ipvtap|vm|network|file|drop-in|networkd|NetworkManager|connection|zone):\S.*$/,
          'must be a name that a preview has given, like "masquerade:enp1s0"',
        ),
    )
    .optional()
    .meta({
      quiet: true,
      description:
        'What the change breaks on the host and may: a name each, as the preview gives them ("masquerade:enp1s0"). All else that would break is an error.',
    }),
  forceDelete: z.boolean().default(false).meta({ description: "Delete the bridge although running VMs hang on it." }),
});

const outputs = z.object({
  ...hostOutputs,
  ...ownerOutputs,
  uplink: z.string().meta({ description: 'The NIC or VLAN that is the bridge\'s port; "none": there is none.' }),
  macAddress: z.string().meta({ description: "The bridge's MAC address." }),
  mtu: z.int().meta({ description: "The bridge's MTU in bytes." }),
  addresses: z.array(z.string()).meta({ description: "The addresses on the bridge, with prefix length." }),
  ports: z.array(z.string()).meta({ description: "The bridge's ports that are no TAPs of VMs." }),
  config: z.record(z.string(), z.string()).meta({ description: "The host files that kvmnet writes: path to text." }),
  drift: z
    .array(z.string())
    .meta({ description: "How the host differs from the wanted state, a sentence each; empty: not at all." }),
  previousConfig: z.record(z.string(), z.string()).meta({
    description: "The host's files as they were before: path to text. Deleting the bridge puts them back.",
    secret: true,
  }),
});

export const bridge = {
  name: "Bridge",
  description:
    "A bridge on a host's physical NIC. The NIC's addressing moves to the bridge in one transaction, which the host itself undoes unless it is confirmed over a new SSH connection.",
  inputs,
  outputs,
  inputOnly: ["connection"],
  replaceOn: [],
  renamedBy: ["name"],
} as const satisfies Definition<typeof inputs, typeof outputs>;

export type VlanUplink = z.infer<typeof vlanUplink>;
export type BridgeInputs = z.infer<typeof inputs>;
export type BridgeState = Omit<BridgeInputs, "connection" | keyof z.infer<typeof outputs>> & z.infer<typeof outputs>;
