import { z } from "zod";
import { resourceConnection as connection, hostOutputs } from "../../schema/connection";
import type { Definition } from "../../schema/definition";
import { interfaceName } from "../../schema/names";
import { ownerOutputs } from "../ownership/outputs";

/** What adduser(8) takes, and some more; a number is no name, as the kernel's tools show names. */
const account = (what: string) =>
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, `must be the name of a ${what} of the host's, not its number`);

const inputs = z.strictObject({
  connection,
  name: interfaceName.optional().meta({ description: "The TAP's interface name. Default: the resource's name." }),
  bridge: interfaceName.meta({ description: "The host bridge that the TAP is a port of." }),
  owner: account("user").optional().meta({
    description:
      "The host's user, by name, who may open the TAP without being root. Default, if there is no `group` either: any user may (see https://docs.kernel.org/networking/tuntap.html).",
  }),
  group: account("group").optional().meta({
    description:
      "The host's group, by name, whose members may open the TAP without being root; with `owner` as well, that user must be in it. Default: none.",
  }),
  multiQueue: z.boolean().default(false).meta({
    description: "Several queues, for QEMU's `queues=N`; a program must open such a TAP with IFF_MULTI_QUEUE.",
  }),
  vnetHdr: z.boolean().default(false).meta({
    description:
      "Frames have a virtio-net header, for offloads. Only what the TAP says before it is opened: QEMU sets it as it needs it, so that it never drifts.",
  }),
});

const outputs = z.object({
  name: z.string().meta({ description: "The TAP's interface name." }),
  ...hostOutputs,
  ...ownerOutputs,
  macAddress: z.string().meta({
    description:
      "The MAC address of the host's end: fe:54:00 and a hash of host and name, the same after each reboot; of a TAP that somebody else made, its own.",
  }),
  master: z.string().meta({ description: 'The bridge that the TAP is a port of now; "" for none.' }),
  madeBy: z.string().meta({
    description:
      'The URN of the resource that made the TAP, as kvmnet 0.1.0 knows whose it is (see `ownerId`). "" for one that was imported and that somebody else made, until kvmnet changes it.',
  }),
  drift: z
    .array(z.string())
    .meta({ description: "How the host differs from the wanted state, a sentence each; empty: not at all." }),
});

export const tap = {
  name: "Tap",
  description:
    "A TAP for QEMU without libvirt, `-netdev tap,id=lan,ifname=tap0,script=no,downscript=no`: in a bridge, up, there again after a reboot and whenever the bridge is made anew. " +
    "A unit of QEMU's own comes After=kvmnet-tap-<name>.service. " +
    "Errors: an interface of that name that is not this resource's; no such bridge, user or group on the host; a program that has the TAP open, when it is to be deleted or made anew for another owner, group or queues.",
  inputs,
  outputs,
  inputOnly: ["connection"],
  replaceOn: ["name"],
} as const satisfies Definition<typeof inputs, typeof outputs>;

export type TapInputs = z.infer<typeof inputs> & { name: string };
export type TapState = Omit<TapInputs, "connection"> & z.infer<typeof outputs>;
