/** What kvmnet keeps on a host: records of what was there before, which may have passwords in them. It is root's alone. */
export const keptFolder = "/var/lib/kvmnet";

/**
 * Shell: takes from all others what they may do there, whoever made it. A transaction has copies of the host's files, each
 * with its own mode, in a folder that is closed. A file may go meanwhile, as another resource is through with it.
 */
export const closeKept = `{ find ${keptFolder} -path '${keptFolder}/transactions/?*' -prune -o '(' -type d -o -type f ')' -perm /077 -exec chmod go= {} + 2>/dev/null || :; }`;
