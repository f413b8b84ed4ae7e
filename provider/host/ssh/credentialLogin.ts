import { type Client, type ParsedKey, utils } from "ssh2";
import { sshString } from "./agentKeys";
import { algorithmOf, type Credential } from "./credential";

/** What of ssh2's own is needed to send a request that it has no words for. It is the version of package-lock.json; a real sshd tries it. */
interface Protocol {
  readonly _kex: { readonly sessionID: Buffer };
  readonly _packetRW: {
    readonly write: { alloc(length: number): Buffer; readonly allocStart: number; finalize(packet: Buffer): Buffer };
  };
  readonly _authsQueue: string[];
  readonly _cipher: { encrypt(packet: Buffer): void };
  authPK(username: string, key: ParsedKey, ...others: unknown[]): void;
  authNone(username: string): void;
}

/** SSH_MSG_USERAUTH_REQUEST of RFC 4252. */
const userauthRequest = 50;

/** A key for ssh2's method "publickey", with which the credential logs in. */
export function keyFor(client: Client, credential: Credential): ParsedKey {
  const key = standIn();
  const protocol = (client as unknown as { readonly _protocol: Protocol })._protocol;
  const authPK = protocol.authPK.bind(protocol);
  protocol.authPK = (username, asked, ...others) => {
    if (asked !== key) return authPK(username, asked, ...others);
    // ssh2 gives what signs once the server would take the key.
    const isSigned = others.some((one) => typeof one === "function");
    const request = requestOf(username, credential, isSigned);
    if (!isSigned) return send(protocol, request);
    const signed = credential.sign(Buffer.concat([sshString(protocol._kex.sessionID), request]));
    void signed
      .catch(() => undefined)
      .then((signature) => {
        // The server says no to that, and ssh2 goes on with the next way.
        if (signature === undefined) protocol.authNone(username);
        else send(protocol, Buffer.concat([request, sshString(signature)]));
      });
  };
  return key;
}

/** One that ssh2 takes for a key that it can log in with. */
function standIn(): ParsedKey {
  const made = utils.parseKey(utils.generateKeyPairSync("ed25519").private);
  if (made instanceof Error) throw made;
  return made;
}

const requestOf = (username: string, { blob }: Credential, isSigned: boolean): Buffer =>
  Buffer.concat([
    Buffer.from([userauthRequest]),
    ...[username, "ssh-connection", "publickey"].map(sshString),
    Buffer.from([isSigned ? 1 : 0]),
    sshString(algorithmOf(blob)),
    sshString(blob),
  ]);

function send({ _packetRW: { write }, _authsQueue, _cipher }: Protocol, request: Buffer): void {
  const packet = write.alloc(request.length);
  packet.set(request, write.allocStart);
  _authsQueue.push("publickey");
  _cipher.encrypt(write.finalize(packet));
}
