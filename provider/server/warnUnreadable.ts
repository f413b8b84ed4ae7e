/** Says that a host could not be looked at; the same about the same host is said once. */
export type WarnUnreadable = (host: string, kind: string, message: string) => void;
