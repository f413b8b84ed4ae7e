import { connect } from "node:net";

/** More than any agent holds; what is longer is no answer. */
const longest = 1024 * 1024;
const timeoutMs = 2000;
/** The messages of draft-ietf-sshm-ssh-agent. */
const [requestIdentities, identitiesAnswer, signRequest, signResponse] = [11, 12, 13, 14];
/** SSH_AGENT_RSA_SHA2_512; what is no RSA key passes it over. */
const rsaSha512 = 4;

/** The public key blobs of an agent, those too that ssh2 passes over; none where it does not say. */
export async function agentKeys(socket: string): Promise<Buffer[]> {
  const said = await ask(socket, Buffer.from([requestIdentities]), timeoutMs);
  if (said?.[0] !== identitiesAnswer) return [];
  // Each key is followed by its comment.
  return stringsIn(said.subarray(5)).filter((_, index) => index % 2 === 0);
}

/** An agent's signature by one of its keys, with its type before it; a token waits for a touch, for as long as the dial does. */
export async function agentSignature(socket: string, blob: Buffer, data: Buffer): Promise<Buffer | undefined> {
  const flags = Buffer.from([0, 0, 0, rsaSha512]);
  const said = await ask(socket, Buffer.concat([Buffer.from([signRequest]), sshString(blob), sshString(data), flags]));
  return said?.[0] === signResponse ? stringsIn(said.subarray(1))[0] : undefined;
}

/** A text or bytes with its length before it (RFC 4251, 5). */
export function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** What stands in such strings, as far as they are whole. */
export function stringsIn(bytes: Buffer): Buffer[] {
  const strings: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    strings.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

/** An agent's answer; undefined where there is none. */
function ask(socket: string, message: Buffer, timeout = 0): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const agent = connect(socket, () => agent.write(sshString(message)));
    let said = Buffer.alloc(0);
    const end = (answer?: Buffer) => {
      agent.destroy();
      resolve(answer);
    };
    agent.setTimeout(timeout, () => end());
    agent.on("error", () => end());
    agent.on("close", () => end());
    agent.on("data", (chunk: Buffer) => {
      said = Buffer.concat([said, chunk]);
      if (said.length < 4) return;
      const length = said.readUInt32BE(0);
      if (length > longest) end();
      else if (said.length >= 4 + length) end(said.subarray(4, 4 + length));
    });
  });
}
