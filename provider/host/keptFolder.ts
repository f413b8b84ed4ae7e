/** What kvmnet keeps on a host: records of what was there before, which may have passwords in them. It is root's alone. */
export const keptFolder = "/var/lib/kvmnet";

/**
 * Shell: takes from all others what they may do there, whoever made it. A transaction has copies of the host's files, each
 * with its own mode, in a folder that is closed. A file may go meanwhile, as another resource is through with it.
 */
export const closeKept = `{ find ${keptFolder} -path '${keptFolder}/transactions/?*' -prune -o '(' -type d -o -type f ')' -perm /077 -exec chmod go= {} + 2>/dev/null || :; }`;

/** Where what was taken out of running VMs stands until it is plugged in again, and what does that. */
const guestsFolder = `${keptFolder}/guests`;
export const plugScript = `${guestsFolder}/plug.sh`;
/** That script, where it is there still: it goes once nothing is left to plug in. */
export const plugIfKept = ["sh", "-c", '[ ! -e "$1" ] || exec sh "$1"', "sh", plugScript] as const;

export const unpluggedAt = ({ vm, mac }: { readonly vm: string; readonly mac: string }) =>
  `${guestsFolder}/${vm}.${mac.replaceAll(":", "-")}`;
