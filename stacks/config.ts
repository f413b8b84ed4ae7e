import { z } from "zod";
import { diagnose } from "../provider/functions/diagnose/definition";
import { bridge } from "../provider/resources/bridge/definition";
import { bridgeNetfilter } from "../provider/resources/bridgeNetfilter/definition";
import { bridgeSelfTest } from "../provider/resources/bridgeSelfTest/definition";
import { network } from "../provider/resources/network/definition";
import { nic } from "../provider/resources/nic/definition";
import { tap } from "../provider/resources/tap/definition";
import { connection } from "../provider/schema/connection";
import { interfaceName, libvirtName } from "../provider/schema/names";

/** `lan:` with nothing after it is null in YAML, and what its author means is "with the defaults". */
const orDefaults = <T extends z.ZodType>(type: T) => z.preprocess((value) => value ?? {}, type);

/** The names that the config gives become parts of resource names, which "/" separates. */
const key = libvirtName;

const hostNetwork = network.inputs.omit({ connection: true, bridge: true, device: true, mode: true }).extend({
  bridge: interfaceName.optional().meta({
    description: "A bridge that the host has already. Default: the host's `bridge`, or the only one of its `bridges`.",
  }),
});

const hostTap = tap.inputs.omit({ connection: true, name: true, bridge: true }).extend({
  bridge: interfaceName.optional().meta({
    description: "A bridge that the host has already. Default: the host's `bridge`, or the only one of its `bridges`.",
  }),
});

const netfilter = z
  .union([bridgeNetfilter.inputs.shape.mode.unwrap(), z.literal(false)])
  .optional()
  .meta({ description: "The mode of the bridge's BridgeNetfilter; false: none. Default: accept." });

const selfTest = z
  .union([z.boolean(), bridgeSelfTest.inputs.pick({ address: true, resolves: true })])
  .default(false)
  .meta({
    description:
      "Tries the bridge as a VM would when it was made or its configuration changed; true: by DHCP. Default: false.",
  });

const host = z.strictObject({
  connection,
  bridge: orDefaults(bridge.inputs.omit({ connection: true }).extend({ netfilter, selfTest }))
    .optional()
    .meta({ description: "The bridge to give the host. Left out: the host's network stays as it is." }),
  bridges: z
    .record(
      interfaceName,
      orDefaults(bridge.inputs.omit({ connection: true, name: true }).extend({ netfilter, selfTest })),
    )
    .default({})
    .meta({ description: "Several bridges, by interface name; beside `bridge`, or in its place." }),
  networks: z
    .record(key, orDefaults(hostNetwork))
    .default({})
    .meta({ description: "The libvirt networks of the host, by name." }),
  taps: z
    .record(interfaceName, orDefaults(hostTap))
    .default({})
    .meta({ description: "The TAPs of the host for QEMU without libvirt, by interface name." }),
  failOn: diagnose.inputs.shape.failOn.meta({
    description:
      'Fails `pulumi up` after its work where the host then has findings of this severity: "error", or "warning" for either. Default: they are warnings.',
  }),
});

const guestCommand = z.strictObject({
  login: connection
    .omit({ host: true, proxy: true, sudo: true, strictHostKeyChecking: true })
    .required({ user: true })
    .meta({ description: "How to log in to the guest; the way to it goes through its host." }),
  create: z.string().min(1).meta({ description: "The command, for the guest's shell." }),
  delete: z.string().min(1).optional().meta({ description: "What undoes it when it is taken out of the config." }),
});

const vm = z.strictObject({
  host: z.string().meta({ description: "The host that the VM is on: a key of `hosts`." }),
  domain: nic.inputs.shape.domain
    .optional()
    .meta({ description: "The VM, by libvirt name or UUID. Default: its key." }),
  nics: z
    .record(
      key,
      nic.inputs.omit({ connection: true, domain: true }).extend({
        command: guestCommand
          .optional()
          .meta({ description: "Run in the guest once this NIC is up, by @pulumi/command. Default: nothing." }),
      }),
    )
    .meta({ description: "The VM's NICs. A NIC's key is its identity: its MAC address follows from it." }),
});

const rollout = z.strictObject({
  canary: z.string().optional().meta({
    description: "The host whose network changes first, and alone: a key of `hosts`. Default: the first one.",
  }),
  waves: z.int().min(1).default(1).meta({ description: "How many of the others change at a time. Default: 1." }),
});

/** A stack's config: `homelab:hosts` and `homelab:vms`. What a bridge, a network or a NIC takes, the definitions say. */
export const config = z.strictObject({
  hosts: z.record(key, host),
  vms: z.record(key, vm).default({}),
  rollout: orDefaults(rollout).optional().meta({
    description:
      "Changes the hosts' networks one wave after the other; the first that is rolled back stops the rest. Default: all at once.",
  }),
});

export type HomelabConfig = z.output<typeof config>;
export type HostConfig = z.output<typeof host>;
export type GuestCommandConfig = z.output<typeof guestCommand>;
export type VmConfig = z.output<typeof vm>;
