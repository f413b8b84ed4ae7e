import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { paintFor, print, printJson } from "../../../cli/paint";
import { Listener } from "../support/sshServer";

const root = join(__dirname, "../../..");
const printed = (write: (stream: NodeJS.WritableStream) => void): string => {
  let text = "";
  const stream = {
    write(part: string) {
      text += part;
    },
  };
  write(stream as unknown as NodeJS.WritableStream);
  return text;
};

test("what a host said does nothing to the terminal, whatever colours it is printed in", () => {
  const paint = paintFor({ isTTY: true });
  const [red, plain] = ["\u001b[31m", "\u001b[0m"];
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (said) => {
      const text = printed((stream) => print(stream, `${paint("red", said)}${said}\u001b[31m`));
      expect([red, plain].map((code) => text.split(code).length - 1)).toEqual([1, 1]);
      expect(text.replace(red, "").replace(plain, "")).not.toMatch(/[^\P{C}\n\t]/u);
    }),
  );
});

test("JSON is what was to be said, without a character that a terminal acts on", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (said) => {
      const text = printed((stream) => printJson(stream, { said }));
      expect(text).not.toMatch(/[^\P{C}\n]/u);
      expect(JSON.parse(text)).toEqual({ said });
    }),
  );
});

/** What writes to somebody, and in the same breath makes it visible. */
const ways = [
  [/std(out|err)\.write|console\.\w|process\.emitWarning|\.pipe\(process\./, /console\.error\(visibleText\(/],
  [/\.setMessage\(/, /\.setMessage\((visibleText\(|message\);)/],
  [/\.setReason(sList)?\(/, /\.setReason(sList)?\((visibleText\(|reasons\.map\(visibleText\))/],
  [/\.setReturn\(/, /\.setReturn\(encode\(visibleValues\(/],
  [/callback\([^n]/, /callback\(statusOf\(error\)\)/],
  [/\.question\(/, /\.question\(visible\(/],
] as const;

test("nothing of the command line, the plugin or a program's code prints beside the doors", () => {
  const doors = [
    "cli/paint.ts",
    // The line with the plugin's port.
    "provider/main.ts:process.stdout.write(",
    // An agent's own protocol.
    "provider/host/ssh/agent.ts:callback(err",
  ];
  const files = ["cli", "provider", "components", "stacks"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !/(^|\/)dist\//.test(file))
      .map((file) => `${folder}/${file}`),
  );
  const beside = files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .filter((line) => ways.some(([way, door]) => way.test(line) && !door.test(line)))
      .map((line) => `${file}:${line.trim()}`),
  );
  expect(beside.filter((one) => !doors.some((door) => one.startsWith(door)))).toEqual([]);
});

test.each([
  [
    "no SSH packet",
    Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), Buffer.alloc(64, 0xff)]),
    "an SSH packet that is longer",
  ],
  [
    "terminal escapes as it disconnects",
    Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), disconnect("\u001b]0;owned\u0007\u001b[31mgone\u202e")]),
    "gone",
  ],
])(
  "a server that sends %s is an error in plain text, and the end",
  async (_, bytes, words) => {
    await using server = await Listener.start((socket) => socket.write(bytes), { endless: true });
    const { port, privateKey } = server.connection;
    const home = mkdtempSync(join(tmpdir(), "kvmnet-"));
    mkdirSync(join(home, ".ssh"));
    writeFileSync(join(home, ".ssh/id_ecdsa"), privateKey, { mode: 0o600 });
    const child = spawn(process.execPath, ["--import", "tsx", "cli/main.ts", "facts", `root@127.0.0.1:${port}`], {
      cwd: root,
      env: { ...process.env, HOME: home },
    });
    let said = "";
    child.stderr.on("data", (part) => {
      said += part;
    });
    const [code] = await once(child, "close");
    rmSync(home, { recursive: true });
    expect(code).toBe(2);
    expect(said).toContain(words);
    expect(said).not.toMatch(/[^\P{C}\n\t]/u);
  },
  60_000,
);

/** SSH_MSG_DISCONNECT (RFC 4253, 11.1), before any key is agreed on. */
function disconnect(text: string): Buffer {
  const SSH_DISCONNECT_PROTOCOL_ERROR = 2;
  const words = Buffer.from(text);
  const payload = Buffer.alloc(1 + 4 + 4 + words.length + 4);
  payload.writeUInt8(1, 0);
  payload.writeUInt32BE(SSH_DISCONNECT_PROTOCOL_ERROR, 1);
  payload.writeUInt32BE(words.length, 5);
  words.copy(payload, 9);
  const padding = 8 - ((payload.length + 5) % 8) + 8;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length + padding + 1, 0);
  head.writeUInt8(padding, 4);
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}
