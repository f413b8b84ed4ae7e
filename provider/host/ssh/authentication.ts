import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { type AuthenticationType, type AuthHandlerMiddleware, type Client, type ParsedKey, utils } from "ssh2";
import { SelectiveAgent } from "./agent";
import { type Credential, ofAgent, ofCertificate, type Signer, signerOf } from "./credential";
import { keyFor } from "./credentialLogin";
import { HostError } from "./hostError";
import { fingerprint } from "./publicKey";
import type { Target } from "./target";
import { words } from "./vocabulary";

type Method = { type: AuthenticationType; username: string } & Record<string, unknown>;

/** A way to log in, or what is asked for some when its turn has come. */
type Way = { readonly name: string; readonly method: Method } | (() => Promise<readonly Credential[]>);

/** The ways to log in, in order, and what to call them in an error. */
export interface Authentication {
  /** What was tried so far, keys by fingerprint. */
  readonly tried: readonly string[];
  readonly handler: AuthHandlerMiddleware;
}

/** A key or password of the connection is used alone; without one: the agent, then the files, as ssh does. */
export function authentication(target: Target, client: Client): Authentication {
  const { label, property, user: username, privateKey, privateKeyPassword, password } = target;
  const tried: string[] = [];
  const methods: Way[] = [];
  if (privateKey !== undefined) {
    const key = parse(privateKey, privateKeyPassword);
    if (key instanceof Error)
      throw new HostError("authentication", label, `${property}.privateKey can't be used: ${unusable(key, property)}`);
    methods.push({
      name: `${property}.privateKey (${print(key)})`,
      method: { type: "publickey", username, key: privateKey, passphrase: privateKeyPassword },
    });
  } else if (password === undefined) methods.push(...ofUser(target, tried));
  if (password !== undefined) {
    methods.push({ name: `${property}.password`, method: { type: "password", username, password } });
    methods.push({
      name: `${property}.password (keyboard-interactive)`,
      method: { type: "keyboard-interactive", username, prompt: answerOnce(password) },
    });
  }
  if (methods.length === 0) {
    throw new HostError(
      "authentication",
      label,
      `there is nothing to log in with: ${words().noLogin(property)}, no usable key in ${target.identityFiles.map(short).join(", ") || "the config"}${tried.length > 0 ? ` (${tried.join("; ")})` : ""}.`,
    );
  }
  return {
    tried,
    // ssh2 asks for the next way until there is none left, and takes any answer of ours for one but none.
    handler: (takes, _partial, next) =>
      void nextOf(takes as readonly string[] | null).then((way) => next(way as never)),
  };

  /** What the server does not take is not tried: it counts tries. */
  async function nextOf(takes: readonly string[] | null): Promise<Method | false> {
    for (let way = methods.shift(); way; way = methods.shift()) {
      const type = typeof way === "function" || way.method.type === "agent" ? "publickey" : way.method.type;
      if (takes && !takes.includes(type)) continue;
      if (typeof way !== "function") {
        tried.push(way.name);
        return way.method;
      }
      const found = await way();
      const ways = found.map((one) => ({ name: one.name, key: keyFor(client, one) }));
      methods.unshift(
        ...ways.map(({ name, key }) => ({ name, method: { type: "publickey" as const, username, key } })),
      );
    }
    return false;
  }
}

/** The agent and the key files of who runs this. */
function ofUser(target: Target, tried: string[]) {
  const { user: username, property, agent, identityFiles, identitiesOnly, privateKeyPassword } = target;
  const methods: Way[] = [];
  if (agent !== undefined) {
    const wanted = identityFiles.flatMap(publicKeyBeside);
    const addTried = (said: readonly string[]) => tried.push(...said);
    const method = {
      type: "agent" as const,
      username,
      agent: new SelectiveAgent(agent, wanted, identitiesOnly, addTried),
    };
    methods.push({ name: "the SSH agent", method });
  }
  for (const path of identityFiles) {
    const text = readIfThere(path);
    if (text === undefined) continue;
    const key = parse(text, privateKeyPassword);
    if (key instanceof Error) tried.push(`not ${short(path)}: ${unusable(key, property)}`);
    else if (key.isPrivateKey())
      methods.push({
        name: `${short(path)} (${print(key)})`,
        method: { type: "publickey", username, key: text, passphrase: privateKeyPassword },
      });
  }
  // Without any of them there is nobody who could sign.
  return methods.length === 0 ? [] : [() => credentials(target), ...methods];
}

/** Certificates and keys of tokens: the agent's, then those in files, whose keys are in files or in the agent. */
async function credentials({ agent, identityFiles, identitiesOnly, certificateFiles, privateKeyPassword }: Target) {
  const { credentials, signers } = agent === undefined ? { credentials: [], signers: [] } : await ofAgent(agent);
  const ofFiles = identityFiles.flatMap((path): Signer[] => {
    const key = parse(readIfThere(path) ?? "", privateKeyPassword);
    return key instanceof Error || !key.isPrivateKey() ? [] : [signerOf(key)];
  });
  const certificates = [...certificateFiles, ...identityFiles.map((path) => `${path.replace(/\.pub$/, "")}-cert.pub`)];
  const named = new Set(
    [...identityFiles.map((path) => `${path.replace(/\.pub$/, "")}.pub`), ...certificates].map(blobIn),
  );
  return [
    ...credentials.filter(({ blob }) => !identitiesOnly || named.has(blob.toString("base64"))),
    ...certificates.flatMap((path) => ofCertificate(path, short(path), [...ofFiles, ...signers]) ?? []),
  ];
}

/** The key of a .pub, whatever its type. */
const blobIn = (path: string) => readIfThere(path)?.trim().split(/\s+/)[1];

/** What a server asks for without an echo is the password; asked again, it was wrong. */
function answerOnce(password: string) {
  let asked = false;
  return (_n: string, _i: string, _l: string, prompts: readonly { echo?: boolean }[], done: (a: string[]) => void) => {
    done(prompts.map(({ echo }) => (echo || asked ? "" : password)));
    asked = asked || prompts.length > 0;
  };
}

/** An identity file stands for a key of the agent by its .pub, or by itself where it is not encrypted. */
function publicKeyBeside(path: string): string[] {
  for (const file of [path, `${path.replace(/\.pub$/, "")}.pub`]) {
    const text = readIfThere(file);
    const key = text === undefined ? undefined : parse(text, undefined);
    if (key && !(key instanceof Error)) return [key.getPublicSSH().toString("base64")];
  }
  return [];
}

function parse(text: string, passphrase: string | undefined): ParsedKey | Error {
  const parsed = utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error;
  return Array.isArray(parsed) ? (parsed[0] ?? new Error("it is empty")) : parsed;
}

/** What ssh2 says of a kind of key that it can't do. Of one that is cut or mixed up, it says bytes of the key itself. */
const ofItsKind =
  /^Unsupported (OpenSSH private key type|cipher for OpenSSH key|kdf name for OpenSSH key): [a-z][a-z0-9@.-]*$/;

/** In this project's words: ssh2 says "Encrypted private OpenSSH key detected, but no passphrase given". */
function unusable({ message }: Error, property: Target["property"]): string {
  if (/no passphrase given/.test(message)) return `it is encrypted: ${words().encrypted(property)}`;
  if (/bad passphrase|integrity check failed/i.test(message)) return `${property}.privateKeyPassword does not open it`;
  if (ofItsKind.test(message)) return message;
  return "it is no private key that can be read: it has to be the whole text of the file, from its first line to its last";
}

const print = (key: ParsedKey) => fingerprint(key.getPublicSSH());

const short = (path: string) => (path.startsWith(`${homedir()}/`) ? `~${path.slice(homedir().length)}` : path);

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
