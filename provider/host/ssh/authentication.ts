import { readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { type AuthenticationType, type AuthHandlerMiddleware, utils } from "ssh2";
import type { Connection } from "../../resources/connection";
import { HostError } from "./hostError";

type Method = { type: AuthenticationType; username: string } & Record<string, unknown>;

/** The ways to log in, in order, and what to call them in an error. */
export interface Authentication {
  readonly username: string;
  readonly tried: readonly string[];
  readonly handler: AuthHandlerMiddleware;
}

const usualKeys = ["id_ed25519", "id_ecdsa", "id_rsa"];

/** A key or password of the connection is used alone; without one: the agent, then the usual files, as ssh does. */
export function authentication(label: string, connection: Connection): Authentication {
  const username = connection.user ?? userInfo().username;
  const methods: { name: string; method: Method }[] = [];
  if (connection.privateKey !== undefined) {
    const key = utils.parseKey(connection.privateKey, connection.privateKeyPassword);
    if (key instanceof Error)
      throw new HostError("authentication", label, `connection.privateKey can't be used: ${key.message}`);
    methods.push({
      name: "connection.privateKey",
      method: { type: "publickey", username, key: connection.privateKey, passphrase: connection.privateKeyPassword },
    });
  } else if (connection.password === undefined) {
    const agent = connection.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
    if (agent) methods.push({ name: "the SSH agent", method: { type: "agent", username, agent } });
    for (const file of usualKeys) {
      const key = usableKey(join(homedir(), ".ssh", file), connection.privateKeyPassword);
      if (key)
        methods.push({
          name: `~/.ssh/${file}`,
          method: { type: "publickey", username, key, passphrase: connection.privateKeyPassword },
        });
    }
  }
  if (connection.password !== undefined) {
    methods.push({
      name: "connection.password",
      method: { type: "password", username, password: connection.password },
    });
  }
  if (methods.length === 0) {
    throw new HostError(
      "authentication",
      label,
      "there is nothing to log in with: no connection.privateKey or password, no SSH agent, no key in ~/.ssh.",
    );
  }
  const left = methods.map(({ method }) => method);
  return {
    username,
    tried: methods.map(({ name }) => name),
    // ssh2 asks for the next way until there is none left.
    handler: (_left, _partial, next) => next((left.shift() ?? false) as never),
  };
}

function usableKey(path: string, passphrase: string | undefined): string | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return utils.parseKey(text, passphrase) instanceof Error ? undefined : text;
  } catch {
    return undefined;
  }
}
