import { z } from "zod";
import { resourceConnection as connection, hostOutputs } from "../../schema/connection";
import type { Definition } from "../../schema/definition";
import { cidr4, hostName, interfaceName } from "../../schema/names";

const inputs = z.strictObject({
  connection,
  bridge: interfaceName.meta({ description: "The host bridge that is tried." }),
  address: z
    .union([z.literal("dhcp"), cidr4])
    .default("dhcp")
    .meta({
      description:
        '"dhcp": a lease is taken, and given back. Or an address with its prefix length, which must be free: "192.0.2.60/24"; the gateway and the name server are then the host\'s.',
    }),
  resolves: hostName.optional().meta({
    description: "A name that must have an IPv4 address. Default: any answer of the name server will do.",
  }),
  triggers: z.record(z.string(), z.string()).default({}).meta({
    description: "Values by whose change it is tried again, such as the `config` of the `Bridge`. Default: none.",
  }),
});

const outputs = z.object({
  ...hostOutputs,
  passed: z.array(z.string()).meta({ description: "What worked when it was tried last, step by step." }),
});

export const bridgeSelfTest = {
  name: "BridgeSelfTest",
  description:
    "Tries a bridge as a VM would, over IPv4, from a network namespace of the host's that is gone afterwards: an address, a ping of the gateway, a question to the name server. " +
    "It is tried when the resource is created and when its inputs change; where a step fails, so does `pulumi up`, and the next one tries again. " +
    "It brings one more MAC address onto the LAN, the same each time, which a switch's port security may mind.",
  inputs,
  outputs,
  inputOnly: ["connection"],
  replaceOn: [],
} as const satisfies Definition<typeof inputs, typeof outputs>;

export type BridgeSelfTestInputs = z.infer<typeof inputs>;
export type BridgeSelfTestState = Omit<BridgeSelfTestInputs, "connection"> & z.infer<typeof outputs>;
