import { z } from "zod";
import { checkNames } from "../../plan/diagnose/finding";
import { bridgeSelfTest } from "../../resources/bridgeSelfTest/definition";
import { resourceConnection as connection, hostOutputs } from "../../schema/connection";
import type { FunctionDefinition } from "../definition";

const severity = z.enum(["error", "warning"]);

const inputs = z.strictObject({
  connection,
  failOn: severity.optional().meta({
    description:
      'Fails on findings and lists them: "error" where something does not work now, "warning" also where it works by luck. A program in TypeScript goes on, keeps its outputs and ends as failed; in other languages the call is an error. Default: findings are returned, whatever they are.',
  }),
  listen: z.int().min(0).max(600).default(0).meta({
    description:
      "Seconds to listen to what the host's links carry, after two ARP probes for each of the host's addresses and its gateway: finds who has the same address, and who is silent. 0: nothing is sent and nothing heard.",
  }),
  selfTest: z
    .union([
      z.boolean(),
      bridgeSelfTest.inputs
        .pick({ address: true, resolves: true })
        .meta({ typeName: "SelfTest", description: "How a bridge is tried as a VM would have it." }),
    ])
    .default(false)
    .meta({
      description:
        "Tries each bridge to the LAN as a VM would, as BridgeSelfTest does, at each call, of a preview's too: what fails is a finding. Where an address is given, it is the bridge with the default route that is tried.",
    }),
});

const finding = z
  .object({
    check: z.enum(checkNames).meta({ description: "What was looked for. The name is stable." }),
    severity: severity.meta({
      description: 'How bad it is. "error": something does not work now; "warning": it will not, or works by luck.',
    }),
    subject: z.string().meta({ description: 'What it is about: "VM web", "bridge br0", "port enp1s0", "host".' }),
    evidence: z.string().meta({ description: "What was seen, near to how the host printed it." }),
    cause: z.string().meta({ description: "Why that is wrong." }),
    fix: z.string().meta({ description: "What to do." }),
    fixable: z.boolean().meta({
      description: "Whether kvmnet itself mends it: as a resource of a program, or by `kvmnet doctor --fix`.",
    }),
    readOn: z.string().meta({ description: "Where more about it stands in kvmnet's documentation." }),
  })
  .meta({ typeName: "Finding", description: "One thing that is wrong on a host, or will be." });

const outputs = z.object({
  hostId: hostOutputs.hostId,
  findings: z.array(finding).meta({ description: "What is wrong; what is nearer to the wire comes first." }),
});

export const diagnose = {
  name: "diagnose",
  description:
    "What is wrong with a host's bridges, networks and VMs: what `kvmnet doctor` says. Changes nothing. An error where the host can't be looked at.",
  inputs,
  outputs,
} as const satisfies FunctionDefinition<typeof inputs, typeof outputs>;

export type DiagnoseInputs = z.infer<typeof inputs>;
export type DiagnoseResult = z.infer<typeof outputs>;
