/**
 * kvmnet's record of a bridge as it was before a change, and whose it is as of now: a stack that was renamed since, or a state
 * that was moved, has it still. All other files come again as they were.
 */
export function recordAgain(path: string, before: string, now: string | undefined): string {
  if (!path.startsWith("/var/lib/kvmnet/bridges/") || now === undefined) return before;
  const { owner, ownerId, made } = JSON.parse(now) as Record<string, unknown>;
  return `${JSON.stringify({ ...JSON.parse(before), owner, ownerId, made })}\n`;
}
