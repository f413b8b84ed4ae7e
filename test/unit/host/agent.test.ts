import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SelectiveAgent } from "../../../provider/host/ssh/agent";
import { keyPair } from "../support/keyPair";

const string = (text: string | Buffer) => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const plain = Buffer.from(keyPair().public.split(" ")[1] ?? "", "base64");
const later = Buffer.concat([string("ssh-ed448"), string(Buffer.alloc(57, 7))]);

/** An agent that answers every request with these bytes, in two parts. */
async function agentSaying(message: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), "kvmnet-agent-"));
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      const packet = string(message);
      socket.write(packet.subarray(0, 7));
      setImmediate(() => socket.write(packet.subarray(7)));
    });
  });
  const path = join(folder, "socket");
  server.listen(path);
  await once(server, "listening");
  return {
    path,
    [Symbol.dispose]() {
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** What it would offer a server, and what it says for an error. */
function asked(path: string) {
  return new Promise<{ offered: number; said: readonly string[] }>((resolve) => {
    let said: readonly string[] = [];
    const tell = (words: readonly string[]) => {
      said = words;
    };
    new SelectiveAgent(path, [], false, tell).getIdentities((_error, keys = []) =>
      resolve({ offered: keys.length, said }),
    );
  });
}

test("a key in an agent that can't be used is passed over, and said by its fingerprint and type", async () => {
  const count = Buffer.from([0, 0, 0, 2]);
  const keys = [plain, later].flatMap((key) => [string(key), string("a comment")]);
  using agent = await agentSaying(Buffer.concat([Buffer.from([12]), count, ...keys]));
  expect(await asked(agent.path)).toEqual({
    offered: 1,
    said: [
      expect.stringMatching(/^the agent's SHA256:/),
      expect.stringMatching(/^not the agent's SHA256:\S{43}: kvmnet can't use ssh-ed448$/),
    ],
  });
});

test.each([
  ["refuses", Buffer.from([5])],
  ["answers nonsense", Buffer.from("all work and no play")],
  ["has no key", Buffer.from([12, 0, 0, 0, 0])],
])("an agent that %s offers nothing", async (_, message) => {
  using agent = await agentSaying(message);
  expect(await asked(agent.path)).toMatchObject({ offered: 0 });
});

test("an agent that is not there is said with its socket", async () => {
  expect(await asked("/nothere/agent")).toEqual({
    offered: 0,
    said: ["no answer from the agent at /nothere/agent (Failed to connect to agent)"],
  });
});
