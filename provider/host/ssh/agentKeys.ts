import { connect } from "node:net";

/** More than any agent holds; what is longer is no answer. */
const longest = 1024 * 1024;
const timeoutMs = 2000;
/** SSH_AGENTC_REQUEST_IDENTITIES and SSH_AGENT_IDENTITIES_ANSWER of draft-ietf-sshm-ssh-agent. */
const [request, answer] = [11, 12];

/** The public key blobs of an agent, those too that ssh2 passes over; none where it does not say. */
export function agentKeys(socket: string): Promise<Buffer[]> {
  return new Promise((resolve) => {
    const agent = connect(socket, () => agent.write(Buffer.from([0, 0, 0, 1, request])));
    let said = Buffer.alloc(0);
    const end = (keys: Buffer[]) => {
      agent.destroy();
      resolve(keys);
    };
    agent.setTimeout(timeoutMs, () => end([]));
    agent.on("error", () => end([]));
    agent.on("close", () => end([]));
    agent.on("data", (chunk: Buffer) => {
      said = Buffer.concat([said, chunk]);
      if (said.length < 4) return;
      const length = said.readUInt32BE(0);
      if (length > longest) end([]);
      else if (said.length >= 4 + length) end(parse(said.subarray(4, 4 + length)));
    });
  });
}

function parse(message: Buffer): Buffer[] {
  if (message[0] !== answer) return [];
  const strings: Buffer[] = [];
  for (let at = 5; at + 4 <= message.length; ) {
    const end = at + 4 + message.readUInt32BE(at);
    strings.push(message.subarray(at + 4, end));
    at = end;
  }
  // Each key is followed by its comment.
  return strings.filter((_, index) => index % 2 === 0);
}
