import { z } from "zod";
import { endpoint, hostName, ipAddress } from "./names";

export const probe = z
  .strictObject({
    tcp: endpoint.optional().meta({ description: 'A TCP port that takes connections: "nas.example:445".' }),
    ping: ipAddress.optional().meta({ description: "An address that answers pings." }),
    dns: hostName.optional().meta({ description: "A name that resolves." }),
  })
  .meta({ typeName: "Probe", description: "Something that the host must still reach: one of tcp, ping and dns." });

export type BridgeProbe = z.infer<typeof probe>;
