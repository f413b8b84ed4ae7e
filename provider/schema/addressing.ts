import { z } from "zod";
import { cidr, ipAddress } from "./names";

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

export const addressing = z
  .strictObject({
    dhcp4: z.boolean().default(false).meta({ description: "Ask for an IPv4 address by DHCP." }),
    dhcp6: z.boolean().default(false).meta({ description: "Ask for an IPv6 address by DHCPv6." }),
    acceptRa: z.boolean().optional().meta({ description: "Take IPv6 router advertisements. Default: networkd's." }),
    addresses: z.array(cidr).default([]).meta({ description: 'Static addresses with prefix length, "192.0.2.10/24".' }),
    routes: z.array(route).optional().meta({
      description: "Static routes; []: none. Left out: those that there are stay, what a lease gave that ends too.",
      formerDefault: [],
    }),
    nameservers: z.array(ipAddress).optional().meta({
      description: "DNS servers; []: none. Left out: those that there are stay, what a lease gave that ends too.",
      formerDefault: [],
    }),
  })
  .meta({
    typeName: "Addressing",
    description: "The bridge's own addressing, in netplan's terms (see netplan-yaml(5)).",
  });

export type Addressing = z.infer<typeof addressing>;
