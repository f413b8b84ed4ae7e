/** The part of a URN that its whole stack shares. */
export const stackOf = (urn: string): string => urn.split("::").slice(0, 2).join("::");

/**
 * Whether a thing's owner, as the host knows it, can hand it over: the same resource under an earlier name. Two resources
 * of a program that both want it do not get that far; of another stack's, nobody knows whether it is done with it.
 */
export const handsOver = (owner: string, urn: string): boolean => owner !== urn && stackOf(owner) === stackOf(urn);
