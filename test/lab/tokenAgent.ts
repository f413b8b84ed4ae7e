import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { rmSync } from "node:fs";
import { createServer } from "node:net";

/** A text or bytes with its length before it, as SSH has them. */
function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const sha256 = (value: string | Buffer) => createHash("sha256").update(value).digest();
const type = "sk-ssh-ed25519@openssh.com";
const application = "ssh:";

/** An agent with the key of a FIDO token (OpenSSH's PROTOCOL.u2f), which is touched at once. */
export async function tokenAgent(
  socket: string,
): Promise<Disposable & { readonly socket: string; readonly publicKey: string }> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const blob = Buffer.concat([string(type), string(raw), string(application)]);
  // Somebody is there, and it is the token's fifth signature.
  const flagsAndCounter = Buffer.from([1, 0, 0, 0, 5]);
  const answer = (request: Buffer): Buffer => {
    if (request[0] === 11) return Buffer.concat([Buffer.from([12, 0, 0, 0, 1]), string(blob), string("a token")]);
    if (request[0] !== 13) return Buffer.from([5]);
    const at = 5 + request.readUInt32BE(1);
    const data = request.subarray(at + 4, at + 4 + request.readUInt32BE(at));
    const signed = sign(null, Buffer.concat([sha256(application), flagsAndCounter, sha256(data)]), privateKey);
    return Buffer.concat([Buffer.from([14]), string(Buffer.concat([string(type), string(signed), flagsAndCounter]))]);
  };
  const server = createServer((client) => {
    let said = Buffer.alloc(0);
    client.on("error", () => {});
    client.on("data", (chunk) => {
      said = Buffer.concat([said, chunk]);
      while (said.length >= 4 && said.length >= 4 + said.readUInt32BE(0)) {
        const length = said.readUInt32BE(0);
        client.write(string(answer(said.subarray(4, 4 + length))));
        said = said.subarray(4 + length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    publicKey: `${type} ${blob.toString("base64")}`,
    [Symbol.dispose]() {
      server.close();
      rmSync(socket, { force: true });
    },
  };
}
