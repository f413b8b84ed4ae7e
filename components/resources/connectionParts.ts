// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.

/** The parts of a connection. */
export const connectionParts = ["host", "port", "user", "password", "privateKey", "privateKeyPassword", "agentSocketPath", "hostKey", "dialErrorLimit", "perDialTimeout", "strictHostKeyChecking", "proxy", "sudo"] as const;

/** Those that must not stand in a state in plain text. */
export const secretConnectionParts: readonly string[] = ["password", "privateKey", "privateKeyPassword", "proxy", "sudo"];
