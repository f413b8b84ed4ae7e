import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { Client } from "ssh2";
import { reasonOf } from "../until";
import { authentication } from "./authentication";
import { cutOff, hangUp } from "./hangUp";
import { HostError } from "./hostError";
import { type Expected, HostKeyPolicy, type Voucher } from "./hostKey";
import { type ProxyCommand, startProxyCommand } from "./proxyCommand";
import { publicKeyText } from "./publicKey";
import type { Target } from "./target";
import { words } from "./vocabulary";

export interface DialOptions extends Pick<Expected, "oneOf" | "mustBeKnown"> {
  /** The keys that the state remembers. */
  readonly hostKey?: string | readonly string[] | undefined;
  /** A limit for the whole way, jump hosts included, besides each machine's own perDialTimeout. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Where the host is dialled, instead of where the connection says; all else is as it says. */
  readonly address?: string | undefined;
}

/** A logged in connection, the key that the host showed, and who vouches for that. */
export interface Dialled {
  readonly client: Client;
  readonly hostKey: string;
  readonly voucher: Voucher;
}

/** Dials every machine on the way, each through the one before; whatever fails, none stays connected. */
export async function dialRoute(targets: readonly Target[], options: DialOptions): Promise<Dialled> {
  const each = targets.reduce((sum, { timeoutMs }) => sum + (timeoutMs || Number.POSITIVE_INFINITY), 0);
  const deadline = performance.now() + Math.min(each, options.timeoutMs ?? Number.POSITIVE_INFINITY);
  const way: Client[] = [];
  const end = () => {
    for (const client of [...way].reverse()) cutOff(client);
  };
  options.signal?.addEventListener("abort", end, { once: true });
  try {
    let dialled: Dialled | undefined;
    for (const [index, target] of targets.entries()) {
      options.signal?.throwIfAborted();
      const left = Number.isFinite(deadline) ? Math.max(1, Math.round(deadline - performance.now())) : 0;
      const before = way.at(-1);
      const sock = before && (await through(before, targets[index - 1] as Target, target, left));
      const client = new Client();
      way.push(client);
      const last = index === targets.length - 1;
      const recorded = [options.hostKey ?? []].flat();
      dialled = await dialOne(client, target, sock, {
        ...(last ? { last, recorded, oneOf: options.oneOf, mustBeKnown: options.mustBeKnown ?? false } : { last }),
        timeoutMs: target.timeoutMs > 0 && left > 0 ? Math.min(target.timeoutMs, left) : target.timeoutMs || left,
      });
    }
    if (!dialled) throw new Error("no host to dial");
    // The way ends with its end, from whichever side.
    const jumps = way.slice(0, -1);
    dialled.client.on("close", () => {
      for (const jump of jumps) hangUp(jump);
    });
    return dialled;
  } catch (error) {
    end();
    const label = targets.at(-1)?.label ?? "";
    if (!options.signal?.aborted) throw error;
    throw new HostError("cancelled", label, `the dial was given up: ${reasonOf(options.signal)}.`);
  } finally {
    options.signal?.removeEventListener("abort", end);
  }
}

async function dialOne(
  client: Client,
  target: Target,
  sock: Duplex | undefined,
  { timeoutMs, ...expected }: Expected & { timeoutMs: number },
): Promise<Dialled> {
  const { label } = target;
  const policy = new HostKeyPolicy(target, expected);
  const { tried, handler } = authentication(target, client);
  let refused: HostError | undefined;
  const command = sock || !target.command ? undefined : startProxyCommand(target.command(target.host));
  const way = sock ?? command?.stream;
  // Whose address counts: that of a socket of our own can be asked for.
  const socket = target.checkHostIp ? connect({ host: target.host, port: target.port }) : undefined;
  let shown = "";
  let voucher: Voucher = "nobody";
  await new Promise<void>((resolve, reject) => {
    client.on("ready", resolve);
    client.on("error", (error: Error & { level?: string; code?: string }) => {
      // One key of the agent that did not sign; the next way is tried.
      if (error.level !== "agent") reject(refused ?? explain(target, error, tried));
    });
    client.on("close", () => reject(refused ?? new HostError("dropped", label, closedEarly)));
    client.connect({
      ...((way ?? socket) ? { sock: way ?? socket } : { host: target.host, port: target.port }),
      username: target.user,
      authHandler: handler,
      readyTimeout: timeoutMs,
      keepaliveInterval: target.keepaliveMs,
      keepaliveCountMax: 3,
      ...(policy.preferredTypes.length > 0 && {
        algorithms: { serverHostKey: { prepend: hostKeyAlgorithms(policy.preferredTypes), append: [], remove: [] } },
      }),
      hostVerifier: (key: Buffer) => {
        shown = publicKeyText(key);
        const judged = policy.judge(key, socket?.remoteAddress);
        if (judged instanceof HostError) refused = judged;
        else voucher = judged;
        return refused === undefined;
      },
    });
    // A command is some small packets one after the other: each would wait for what the server says to the one before,
    // which the server holds back for 40 ms (Nagle's algorithm and delayed ACKs). OpenSSH does the same.
    client.setNoDelay(true);
  }).catch(async (error) => {
    throw await ofCommand(error, label, command);
  });
  client.removeAllListeners("error");
  client.removeAllListeners("close");
  // Without a listener, an error of a connection that is lost later would end the process.
  client.on("error", () => {});
  return { client, hostKey: shown, voucher };
}

/** Where the user's command is the way, why it ended is why nobody answers. */
async function ofCommand(error: unknown, label: string, command: ProxyCommand | undefined): Promise<unknown> {
  if (!(error instanceof HostError) || (error.kind !== "unreachable" && error.kind !== "dropped")) return error;
  const failure = await command?.failure();
  return failure === undefined
    ? error
    : new HostError("unreachable", label, `can't be reached by its ProxyCommand: ${failure}.`);
}

/** A connection from a jump host to what comes next. */
function through(jump: Client, from: Target, to: Target, timeoutMs: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(new HostError("unreachable", to.label, `can't be reached through ${from.label}: ${why}`));
    const timer = timeoutMs > 0 ? setTimeout(() => fail("no answer in time."), timeoutMs) : undefined;
    jump.once("close", () => fail("the connection to the jump host was lost."));
    jump.forwardOut("127.0.0.1", 0, to.host, to.port, (error, channel) => {
      clearTimeout(timer);
      if (error)
        fail(
          `${error.message.replace("(SSH) Channel open failure: ", "")}.\nIs its address right as seen from there, and AllowTcpForwarding on?`,
        );
      else resolve(channel);
    });
  });
}

/** known_hosts says "ssh-rsa" of a key that signs with SHA-2 today. The SSH library throws where it is asked for a type that it can't do. */
function hostKeyAlgorithms(types: string[]): never[] {
  return types.flatMap((type) => {
    if (type === "ssh-rsa") return ["rsa-sha2-512", "rsa-sha2-256", type];
    return /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-dss)$/.test(type) ? [type] : [];
  }) as never[];
}

function explain(
  target: Target,
  error: Error & { level?: string; code?: string },
  tried: readonly string[],
): HostError {
  const { label } = target;
  if (error.level === "client-authentication") {
    return new HostError(
      "authentication",
      label,
      `it does not let the user ${target.user} in; tried: ${tried.join(", ")}.\nSee that \`ssh ${label}\` works with the same key or password, and that the user is right.`,
    );
  }
  // Each key offered counts, see MaxAuthTries in sshd_config(5).
  if (/^Too many authentication failures/.test(error.message)) {
    return new HostError(
      "authentication",
      label,
      `it takes no more tries to log in as ${target.user}; tried: ${tried.join(", ")}.\n` +
        `Name the one key that it knows: ${words().oneKey(target.property)}.`,
    );
  }
  if (error.message === "Bad packet length") {
    return new HostError(
      "unreachable",
      label,
      `it sent an SSH packet that is longer than 35,000 bytes, more than a server has to be understood with (RFC 4253, 6.1): is the Banner in its sshd_config that long? Shorten it to 32 KB.`,
    );
  }
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN") {
    return new HostError(
      "noSuchName",
      label,
      `its name ${target.host} can't be resolved: ${words().addressRight(target.property)}, does DNS, /etc/hosts or ~/.ssh/config have it?`,
    );
  }
  const silent = `is it on, ${words().addressRight(target.property)}, does a firewall drop the port?`;
  const why =
    error.level === "client-timeout" || error.code === "ETIMEDOUT"
      ? `no answer in time: ${silent}`
      : error.code === "EHOSTUNREACH" || error.code === "ENETUNREACH"
        ? `nothing answers at that address: ${silent}`
        : error.code === "ECONNREFUSED"
          ? "the connection was refused: is sshd running, and is the port right?"
          : error.message;
  if (error.code === "ECONNRESET" || error.message === "Connection lost before handshake")
    return new HostError("dropped", label, closedEarly);
  return new HostError("unreachable", label, `can't be reached over SSH at ${target.host} port ${target.port}: ${why}`);
}

const closedEarly =
  "the connection was closed during the SSH handshake: see the host's sshd log, and MaxStartups and PerSourcePenalties in its sshd_config.";
