import { fstatSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { traceTo } from "./host/exec/trace";
import type { Hosts } from "./host/hosts";
import schema from "./schema.json";
import { EngineLog } from "./server/engineLog";
import { messageOf } from "./server/errors";
import { Provider } from "./server/provider";
import { reportTo } from "./server/report";
import { serve } from "./server/serve";
import { visibleText } from "./server/visibleText";

/** How long operations may take to roll back: as long as the engine waits for a plugin after the second Ctrl-C. */
const graceMs = 5000;

async function main(args: readonly string[]): Promise<void> {
  writeWhereAsked("KVMNET_TRACE", "trace", (path, gaveUp) => traceTo(path, schema.version, gaveUp));
  writeWhereAsked("KVMNET_REPORT", "report", reportTo);
  let hosts: Promise<Hosts> | undefined;
  const allHosts = () => {
    hosts ??= import("./host/hosts").then(({ Hosts }) => new Hosts((words) => log.of("").warn(words)));
    return hosts;
  };
  // Flags of the engine's own may come before its address.
  const log = new EngineLog(args.filter((arg) => /^[^-].*:\d+$/.test(arg)).at(-1));
  const provider = new Provider({
    version: schema.version,
    schema: () => JSON.stringify(schema),
    log,
    lookAhead: async (connection, known) => {
      const host = await (await allHosts()).reach(connection, known);
      host.readCachedFacts().catch(() => undefined);
    },
    construct: async (request, engineAddress, defaults) => {
      const { construct } = await import("./server/construct");
      return construct(request, engineAddress, defaults);
    },
    operations: async (running) => {
      const { lifecycles, functions, Operations } = await import("./plugin");
      const { name, version } = schema;
      return new Operations({ package: name, version, lifecycles, functions, hosts: await allHosts(), log, running });
    },
  });
  const served = await serve(provider, log);

  let ending = false;
  const end = async (code: number): Promise<void> => {
    if (ending) return;
    ending = true;
    const { running } = provider;
    if (!running.idle) {
      running.cancel();
      const ended = running.waitForEnd().then(() => served.shutdown());
      await Promise.race([ended, wait(graceMs)]);
    }
    (await hosts)?.close();
    process.exit(code);
  };
  // Every normal end of the engine is a SIGINT: one that is not heeded at once makes it wait.
  process.on("SIGINT", () => end(0));
  process.on("SIGTERM", () => end(0));
  if (stdinIsPipe()) {
    // Its other end is the engine. Without an engine nobody records what is done: roll back, never confirm.
    process.stdin.on("end", () => end(0)).on("error", () => end(0));
    process.stdin.resume();
  }
  const broken = (error: unknown): void => {
    if (provider.failConstructs(error)) return;
    sayLast(error);
    void end(1);
  };
  process.on("uncaughtException", broken);
  process.on("unhandledRejection", broken);

  process.stdout.write(`${served.port}\n`);
}

/** An environment variable is the file for it. What can't be written is done all the same. */
function writeWhereAsked(
  variable: string,
  what: string,
  writeTo: (path: string, gaveUp: (why: string) => void) => void,
): void {
  const path = process.env[variable];
  if (!path) return;
  try {
    writeTo(path, (why) => console.error(visibleText(`${variable}: the ${what} ends here: ${why}`)));
  } catch (error) {
    console.error(visibleText(`${variable}: there will be no ${what}: ${messageOf(error)}`));
  }
}

/** The engine prints what a plugin says before it dies. */
function sayLast(error: unknown): void {
  console.error(visibleText(messageOf(error)));
}

/** Started by hand, stdin is a terminal or /dev/null, whose end says nothing. */
function stdinIsPipe(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isSocket();
  } catch {
    return false; // closed
  }
}

main(process.argv.slice(2)).catch((error) => {
  sayLast(error);
  process.exit(1);
});
