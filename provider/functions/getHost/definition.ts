import { z } from "zod";
import { macvtapModes } from "../../plan/attachment/attachment";
import { resourceConnection as connection, hostOutputs } from "../../schema/connection";
import { nicVlan } from "../../schema/nicVlan";
import type { FunctionDefinition } from "../definition";

const inputs = z.strictObject({ connection });

const addresses = (whose: string) =>
  z.array(z.string()).meta({
    description: `${whose} addresses with their prefix lengths, like "192.0.2.10/24": IPv4 first, none of link-local scope.`,
  });

const interfaceShape = z
  .object({
    name: z.string().meta({ description: 'Its name, like "enp1s0".' }),
    kind: z.string().optional().meta({
      description: 'What the kernel calls it: "bridge", "bond", "vlan", "tun", "veth"…; none for a NIC of hardware.',
    }),
    macAddress: z.string().meta({ description: "Its MAC address." }),
    mtu: z.int().meta({ description: "Its MTU in bytes." }),
    up: z.boolean().meta({ description: "Whether it is switched on." }),
    carrier: z.boolean().meta({ description: "Whether a cable, or what stands for one, is plugged in." }),
    master: z.string().optional().meta({ description: "The bridge or bond that it is a port of." }),
    parent: z.string().optional().meta({ description: "Of a VLAN or macvtap, the interface that it is on." }),
    vlan: z.int().optional().meta({ description: "Of a VLAN, its number (IEEE 802.1Q)." }),
    vlans: z.array(z.string()).optional().meta({
      description:
        'Of a port of a bridge that tells VLANs apart, those that it takes and sends with a tag, like "20" or "100-199".',
    }),
    untaggedVlan: z.int().optional().meta({ description: "Of such a port, the VLAN of its frames without a tag." }),
    addresses: addresses("Its"),
  })
  .meta({ typeName: "FoundInterface", description: "A network interface of a host." });

const bridgeShape = z
  .object({
    name: z.string().meta({ description: "Its name." }),
    macAddress: z.string().meta({ description: "Its MAC address." }),
    ports: z.array(z.string()).meta({ description: "The interfaces in it, sorted: NICs, and the TAPs of VMs." }),
    addresses: addresses("The host's own"),
    vlanFiltering: z.boolean().meta({ description: "Whether it tells VLANs apart (IEEE 802.1Q)." }),
    managed: z.boolean().meta({ description: "Whether kvmnet made it, or took it over." }),
  })
  .meta({ typeName: "FoundBridge", description: "A bridge of a host." });

const networkShape = z
  .object({
    name: z.string().meta({ description: "Its name." }),
    uuid: z.string().meta({ description: "Its UUID." }),
    active: z.boolean().meta({ description: "Whether it runs." }),
    autostart: z.boolean().meta({ description: "Whether it starts with the host." }),
    forward: z.string().optional().meta({
      description: 'Its forward mode: "bridge", "nat", "route"…; none for an isolated one.',
    }),
    bridge: z.string().optional().meta({ description: "The bridge that its NICs join." }),
  })
  .meta({ typeName: "FoundNetwork", description: "A libvirt network of a host." });

const nicShape = z
  .object({
    macAddress: z.string().meta({ description: "Its MAC address." }),
    network: z.string().optional().meta({ description: "The libvirt network that it is on." }),
    bridge: z.string().optional().meta({ description: "The bridge that it is on, where it is on no network." }),
    device: z.string().optional().meta({ description: "The host's NIC that it is directly on, by a macvtap." }),
    mode: z.enum(macvtapModes).optional().meta({ description: "The macvtap's mode." }),
    vlan: nicVlan.optional().meta({ description: "The VLANs that libvirt has it in." }),
    model: z.string().optional().meta({ description: 'The device that the guest sees, like "virtio".' }),
  })
  .meta({ typeName: "FoundNic", description: "A NIC of a VM. `getNic` says more of it." });

const domainShape = z
  .object({
    name: z.string().meta({ description: "Its libvirt name." }),
    uuid: z.string().meta({ description: "Its UUID." }),
    running: z.boolean().meta({ description: "Whether it runs." }),
    nics: z.array(nicShape).meta({ description: "Its NICs, in the order of its definition." }),
  })
  .meta({ typeName: "FoundDomain", description: "A VM of a host." });

const outputs = z.object({
  hostId: hostOutputs.hostId,
  hostName: z.string().meta({ description: "What the host calls itself (uname -n)." }),
  release: z.string().meta({ description: 'Its release, like "Debian GNU/Linux 12 (bookworm)".' }),
  uplink: z.string().optional().meta({
    description:
      "The interface that carries the default route, or the port of the bridge that does: the one that a Bridge takes by default.",
  }),
  addresses: addresses("Its"),
  interfaces: z.array(interfaceShape).meta({ description: "Its network interfaces, without lo, sorted by name." }),
  bridges: z.array(bridgeShape).meta({ description: "Its bridges, sorted by name." }),
  networks: z.array(networkShape).meta({ description: "Its libvirt networks, sorted by name; none without libvirt." }),
  domains: z.array(domainShape).meta({ description: "Its VMs, sorted by name; none without libvirt." }),
  unread: z.array(z.string()).meta({
    description: "What of it can't be read, a sentence each: it is missing from the lists above.",
  }),
});

export const getHost = {
  name: "getHost",
  description:
    "What a host is like now: its release, interfaces, addresses, bridges, libvirt networks and VMs. Changes nothing. An error where the host can't be looked at.",
  inputs,
  outputs,
} as const satisfies FunctionDefinition<typeof inputs, typeof outputs>;

export type GetHostInputs = z.infer<typeof inputs>;
export type GetHostResult = z.infer<typeof outputs>;
