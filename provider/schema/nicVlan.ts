import { z } from "zod";

const number = z.int().min(1).max(4094);

/** What a NIC is in of a LAN's VLANs, as programs say it. */
export const nicVlan = z
  .strictObject({
    tag: number.optional().meta({
      description:
        "The number of the VLAN, 1 to 4094 (IEEE 802.1Q), that the guest is in; of the tag, the guest knows nothing. Either this or `trunk`.",
    }),
    trunk: z.array(number).optional().meta({
      description: "The numbers of the VLANs that the guest itself is in, with tags of its own. Either this or `tag`.",
    }),
    native: number.optional().meta({
      description: "Of the `trunk`, the VLAN of the guest's frames without a tag. Default: such frames are dropped.",
    }),
  })
  .meta({ typeName: "NicVlan", description: "The VLANs that a NIC is in." });
