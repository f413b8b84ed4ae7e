/** A command of the shell on a host: nothing of what it sends to `what` goes out. What comes in does. */
export const noOutgoing = (what: string) =>
  `nft add table inet wall; nft 'add chain inet wall out { type filter hook output priority 0; }'; nft add rule inet wall out ${what} drop`;

/** For the host it is as if the LAN's router had died. */
export const deadGateway = noOutgoing("ip daddr 192.0.2.1");

/** Takes it away again. */
export const lifted = ["nft", "delete", "table", "inet", "wall"];
