const folder = "/etc/NetworkManager/system-connections";

/** kvmnet's profiles of a bridge and of its port. The user's own stays as it is: these come before it. */
export const bridgeProfile = (bridge: string) => `${folder}/kvmnet-bridge-${bridge}.nmconnection`;
export const portProfile = (bridge: string) => `${folder}/kvmnet-port-${bridge}.nmconnection`;

/** Whether a profile is one of kvmnet's. */
export const isOwn = (path: string) => path.startsWith(`${folder}/kvmnet-`);
