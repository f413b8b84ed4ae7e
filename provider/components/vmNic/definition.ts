import { z } from "zod";
import { nic } from "../../resources/nic/definition";
import { connection } from "../../schema/connection";
import type { ComponentDefinition } from "../definition";

const login = connection
  .omit({ host: true, proxy: true, sudo: true, strictHostKeyChecking: true })
  .extend({ user: connection.shape.user.unwrap().meta({ description: "The user in the guest." }) })
  .meta({ typeName: "GuestLogin", description: "How to log in to a guest." });

const way = login
  .extend({
    host: connection.shape.host.meta({ description: "The guest's address." }),
    proxy: z
      .object(connection.omit({ proxy: true, sudo: true, strictHostKeyChecking: true }).shape)
      .meta({ typeName: "GuestProxy", description: "The host that a guest runs on, as the way to the guest." }),
  })
  .meta({
    typeName: "GuestConnection",
    description: "What @pulumi/command takes as a `connection`: the way to a guest, with its host as the proxy.",
  });

const inputs = nic.inputs.extend({
  guestLogin: login.optional().meta({
    description: "How to log in to the guest: with it there is a `guestConnection`.",
  }),
});

const outputs = z.object({
  macAddress: z.string().meta({ description: "The NIC's MAC address." }),
  ipAddresses: z.array(z.string()).meta({
    description:
      "The guest's last known addresses on this NIC, IPv4 first, then those of IPv6 that last; empty while none is known.",
  }),
  tap: z.string().meta({ description: 'The NIC\'s TAP on the host; "" while the VM is off.' }),
  guestConnection: way.optional().meta({
    description:
      "A `connection` for @pulumi/command, into the guest at its first address, with the host as its proxy; where " +
      "`guestLogin` is given. Known once the NIC is up. @pulumi/command does not read ~/.ssh/config and, without a " +
      "`hostKey`, takes any host key: what it needs for the host has to stand in the host's `connection`.",
  }),
});

export const vmNic = {
  name: "VmNic",
  description:
    "A NIC of a virtual machine that exists, running or not. A running one gets it live and is not restarted; its " +
    "definition gets it as well, so that it is there after the next start.",
  inputs,
  outputs,
} as const satisfies ComponentDefinition<typeof inputs, typeof outputs>;
