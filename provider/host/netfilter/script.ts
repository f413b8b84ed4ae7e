import { readScript } from "../script";

export const netfilterScript = readScript(__dirname, "netfilter.sh");
