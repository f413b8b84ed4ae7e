import { version } from "../package.json";
import { examine } from "../provider/functions/diagnose/examine";
import { whyNotWritten } from "../provider/host/exec/appendTo";
import { traceTo } from "../provider/host/exec/trace";
import type { Facts } from "../provider/host/facts/facts";
import { Hosts } from "../provider/host/hosts";
import { give } from "../provider/host/ssh/config/given";
import { speakTo } from "../provider/host/ssh/vocabulary";
import { topologyOf } from "../provider/plan/topology/topology";
import { treeOf } from "../provider/plan/topology/tree";
import { type Arguments, type Parsed, parseArguments } from "./arguments";
import { becomeRoot } from "./becomeRoot";
import { clean } from "./clean";
import { completionOf } from "./completion";
import { doctor } from "./doctor";
import { helpOf, versionText } from "./help";
import { history } from "./history";
import { paintFor, print, printJson } from "./paint";
import { shown } from "./shown";
import { svgOf } from "./svg";
import { canAsk, Interrupted, interruptedCode } from "./terminal";
import { undo } from "./undo";
import { UsageError, usageCode } from "./usageError";

/** What was typed, done; the exit code. */
export async function kvmnet(args: readonly string[]): Promise<number> {
  speakTo("commandLine");
  try {
    return await run(parseArguments(args));
  } catch (error) {
    if (error instanceof Interrupted) return interruptedCode;
    if (!(error instanceof UsageError)) throw error;
    const help = error.command === undefined ? "kvmnet --help" : `kvmnet ${error.command} --help`;
    print(process.stderr, `kvmnet: ${error.message}\nSee ${help}\n`);
    return usageCode;
  }
}

async function run(parsed: Parsed): Promise<number> {
  switch (parsed.command) {
    case "help":
      print(process.stdout, helpOf(parsed.about));
      return 0;
    case "version":
      print(process.stdout, versionText);
      return 0;
    case "completion":
      print(process.stdout, completionOf(parsed.shell));
      return 0;
    default:
      return look(parsed);
  }
}

async function look(parsed: Arguments): Promise<number> {
  const { command, fix, yes } = parsed;
  if ((fix || command === "clean" || command === "undo") && !yes && !canAsk()) {
    const what = fix ? "--fix" : command;
    throw new UsageError(
      `${what} asks before it does anything, and there is no terminal to ask on; --yes says yes`,
      command,
    );
  }
  traceWhereAsked(parsed);
  give(parsed.given);
  const hosts = new Hosts();
  try {
    const connection = await becomeRoot(hosts, parsed.connection);
    return await looks[parsed.command](hosts, { ...parsed, connection });
  } catch (error) {
    if (error instanceof Interrupted || error instanceof UsageError) throw error;
    print(process.stderr, `${messageOf(error)}\n`);
    return 2;
  } finally {
    hosts.close();
  }
}

/** --trace, and without one KVMNET_TRACE, is the file for it. */
function traceWhereAsked({ command, trace }: Arguments): void {
  const path = trace ?? process.env.KVMNET_TRACE;
  if (!path) return;
  const said = `${trace === undefined ? "KVMNET_TRACE=" : "--trace "}${shown(path)}`;
  try {
    traceTo(path, version, (why) => print(process.stderr, `kvmnet: ${said}: it ends here: ${why}\n`));
  } catch (error) {
    throw new UsageError(`${said}: can't be written: ${whyNotWritten(error)}`, command);
  }
}

/** What each prints; the exit code. */
const looks: Record<Arguments["command"], (hosts: Hosts, parsed: Arguments) => Promise<number>> = {
  async facts(hosts, { connection }) {
    const { facts } = await hosts.reachFacts(connection);
    printFacts(facts);
    return 0;
  },
  doctor,
  history,
  clean,
  undo,
  async topology(hosts, { connection, listen, json, svg }) {
    const { host, ...seen } = await examine(hosts, connection, { seconds: listen });
    const topology = topologyOf(host.label, seen);
    if (json) printJson(process.stdout, topology);
    else print(process.stdout, svg ? svgOf(topology) : treeOf(topology, paintFor(process.stdout)));
    return 0;
  },
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Without what may hold a password: whole files and libvirt's XML. */
function printFacts({ netplan, networkd, records, netfilter, libvirt, ...facts }: Facts): void {
  const files = [...netplan.keys(), ...networkd.keys(), ...netfilter.keys()];
  const networks = libvirt?.networks.map(({ xml: _, definition: __, ...network }) => network);
  const shown = { ...facts, files, bridges: [...records.keys()], libvirt: libvirt && { ...libvirt, networks } };
  printJson(process.stdout, shown, (_, value) => (value instanceof Set ? [...value] : value));
}
