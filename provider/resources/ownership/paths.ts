import { folderOf as filterFolder } from "../../plan/netfilter/files";
import { folderOf as tapFolder } from "../../plan/tap/files";

/** Where the host keeps whose each thing is. A bridge's is with what a transaction writes: see bridge/plan. */
export const networkMark = (uuid: string): string => `/var/lib/kvmnet/networks/${uuid}.json`;
export const nicMark = (domainId: string, macAddress: string): string =>
  `/var/lib/kvmnet/nics/${domainId}-${macAddress.replaceAll(":", "")}.json`;
export const tapMark = (tap: string): string => `${tapFolder(tap)}/owner.json`;
export const filterMark = (bridge: string): string => `${filterFolder(bridge)}/owner.json`;
