import { setTimeout as wait } from "node:timers/promises";
import type { ServerChannel } from "ssh2";
import { Hosts } from "../../../provider/host/hosts";
import { SshServer } from "../support/sshServer";

const machineId = "0123456789abcdef0123456789abcdef";
const framed = (name: string, text: string) => `${name} 0 ${Buffer.byteLength(text)}\n${text}\n`;
const listOf = (one: string, bytes: number) => `[${`${one},`.repeat(Math.floor(bytes / (one.length + 1)))}${one}]`;
const plain = `${framed("machineId", machineId)}${framed("uid", "0")}${framed("addresses", '[{"ifname":"lo"}]')}`;

/** Ends a command with what it printed, once the client has it. */
function say(channel: ServerChannel, text: string, code = 0): void {
  channel.write(text, () => {
    channel.exit(code);
    channel.end();
  });
}

/** For how many milliseconds of computing nothing else had a turn, at most, while something is done. */
async function longestPause(work: Promise<unknown>): Promise<number> {
  let [longest, done] = [0, false];
  work.finally(() => {
    done = true;
  });
  while (!done) {
    const last = process.cpuUsage();
    await wait(1);
    const { user, system } = process.cpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
  }
  return longest;
}

const xml = `<domain><name>a</name><uuid>u</uuid><devices>${"<interface type='bridge'/>".repeat(100)}</devices></domain>`;
test.each([
  ["routes", framed("routes", listOf('{"dst":"192.0.2.0/24"}', 7e6))],
  ["rules", framed("nft", `{"nftables":${listOf('{"rule":{"family":"ip","table":"t","chain":"c"}}', 7e6)}}`)],
  ["nothing but brackets", framed("nft", "[".repeat(8e6)) + framed("routes", listOf("[]", 8e6))],
  ["VMs", framed("libvirt", `\fdomain\f\nrunning\n\f\n${xml}\n\f\n${xml}\n`.repeat(1000))],
])(
  "a host that tells megabytes of %s holds up no other",
  async (_, much) => {
    const text = plain + much;
    await using server = await SshServer.start({ onExec: (channel) => say(channel, text) });
    using hosts = new (class extends Hosts {
      [Symbol.dispose]() {
        this.close();
      }
    })();
    const host = await hosts.reach(server.connection);
    const pause = await longestPause(host.readFreshFacts());
    process.stderr.write(`the longest pause: ${Math.round(pause)} ms of computing\n`);
    // JSON is parsed in one piece; all the VMs in one would be twice as much.
    expect(pause).toBeLessThan(700);
  },
  120_000,
);

test("a wait for a host that hangs ends with its signal, and others wait on for the same answer", async () => {
  let answer: (() => void) | undefined;
  let arrived: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await using server = await SshServer.start({
    onExec: (channel) => {
      answer = () => say(channel, plain);
      arrived();
    },
  });
  const hosts = new Hosts();
  try {
    const cancel = new AbortController();
    const known = { retries: true };
    const mine = hosts.reachFacts(server.connection, { ...known, signal: cancel.signal });
    const others = hosts.reachFacts(server.connection, known);
    await asked;
    cancel.abort(new Error("cancelled"));
    await expect(mine).rejects.toThrow("cancelled");
    answer?.();
    expect((await others).facts.machineId).toBe(machineId);
  } finally {
    hosts.close();
  }
});

test("errors without end are an error", async () => {
  await using server = await SshServer.start({
    onExec: (channel) => {
      const flood = () => {
        while (channel.writable && channel.stderr.write("all work and no play\n".repeat(2000)));
      };
      channel.stderr.on("drain", flood);
      flood();
    },
  });
  const hosts = new Hosts();
  try {
    await expect(hosts.reachFacts(server.connection)).rejects.toThrow(/it printed more than 1 MB of errors/);
    const sudo = { ...server.connection, user: "me", sudo: true };
    await expect(hosts.reachFacts(sudo)).rejects.toThrow(/sudo, or a login script before it, prints without end/);
  } finally {
    hosts.close();
  }
}, 60_000);
