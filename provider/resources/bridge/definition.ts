import { z } from "zod";
import { connection, hostOutputs } from "../connection";
import type { Definition } from "../definition";
import { cidr, endpoint, hostName, interfaceName, ipAddress, macAddress } from "../names";

const route = z
  .strictObject({
    to: z.union([z.literal("default"), cidr]).meta({ description: '"default" or a network like "198.51.100.0/24".' }),
    via: ipAddress.meta({ description: "The gateway's address." }),
    metric: z
      .int()
      .min(0)
      .max(4294967295)
      .optional()
      .meta({ description: "The lower one wins. Default: the kernel's." }),
  })
  .meta({ typeName: "Route", description: "A static route." });

const addressing = z
  .strictObject({
    dhcp4: z.boolean().default(false).meta({ description: "Ask for an IPv4 address by DHCP." }),
    dhcp6: z.boolean().default(false).meta({ description: "Ask for an IPv6 address by DHCPv6." }),
    acceptRa: z.boolean().optional().meta({ description: "Take IPv6 router advertisements. Default: networkd's." }),
    addresses: z.array(cidr).default([]).meta({ description: 'Static addresses with prefix length, "192.0.2.10/24".' }),
    routes: z.array(route).default([]).meta({ description: "Static routes." }),
    nameservers: z.array(ipAddress).default([]).meta({ description: "DNS servers." }),
  })
  .meta({
    typeName: "Addressing",
    description: "The bridge's own addressing, in netplan's terms (see netplan-yaml(5)).",
  });

const probe = z
  .strictObject({
    tcp: endpoint.optional().meta({ description: 'A TCP port that takes connections: "nas.example:445".' }),
    ping: ipAddress.optional().meta({ description: "An address that answers pings." }),
    dns: hostName.optional().meta({ description: "A name that resolves." }),
  })
  .meta({ typeName: "Probe", description: "Something that the host must still reach: one of tcp, ping and dns." });

const confirm = z
  .strictObject({
    timeout: z.int().min(10).max(3600).default(60).meta({
      description: "Seconds after which the host undoes a change that was not confirmed over a new connection.",
    }),
    probes: z.array(probe).optional().meta({
      description:
        "Tried from the host before the change; those that hold then must hold after it, or it is undone. The gateway and DNS are tried in any case.",
    }),
  })
  .meta({ typeName: "Confirm", description: "How a change of the host's network is confirmed." });

const inputs = z.strictObject({
  connection,
  name: interfaceName.default("br0").meta({ description: "The bridge's interface name." }),
  uplink: z.union([macAddress, interfaceName]).optional().meta({
    description:
      "The NIC that becomes the bridge's port, by name or MAC address. Default: the one with the default route.",
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
  macAddress: macAddress.optional().meta({
    description:
      "The bridge's MAC address. Default: the uplink's, so that DHCP knows the host; of a bridge that was there before, its own.",
  }),
  confirm: confirm.default({ timeout: 60 }),
  forceDelete: z.boolean().default(false).meta({ description: "Delete the bridge although running VMs hang on it." }),
});

const outputs = z.object({
  ...hostOutputs,
  uplink: z.string().meta({ description: "The NIC that is the bridge's port." }),
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
} as const satisfies Definition<typeof inputs, typeof outputs>;

export type Addressing = z.infer<typeof addressing>;
export type BridgeProbe = z.infer<typeof probe>;
export type BridgeInputs = z.infer<typeof inputs>;
export type BridgeState = Omit<BridgeInputs, "connection" | keyof z.infer<typeof outputs>> & z.infer<typeof outputs>;
