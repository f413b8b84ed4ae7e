import { examine } from "../provider/functions/diagnose/examine";
import type { Facts } from "../provider/host/facts/facts";
import { Hosts } from "../provider/host/hosts";
import { topologyOf } from "../provider/plan/topology/topology";
import { treeOf } from "../provider/plan/topology/tree";
import { type Arguments, parseArguments, usage } from "./arguments";
import { doctor } from "./doctor";
import { paintFor } from "./paint";
import { svgOf } from "./svg";

async function main(args: readonly string[]): Promise<number> {
  let parsed: Arguments;
  try {
    parsed = parseArguments(args);
  } catch (error) {
    process.stderr.write(`kvmnet: ${messageOf(error)}\n${usage}\n`);
    return 2;
  }
  const hosts = new Hosts();
  try {
    return await commands[parsed.command](hosts, parsed);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 2;
  } finally {
    hosts.close();
  }
}

/** What each prints; the exit code. */
const commands: Record<Arguments["command"], (hosts: Hosts, parsed: Arguments) => Promise<number>> = {
  async facts(hosts, { connection }) {
    const { facts } = await hosts.reachFacts(connection);
    process.stdout.write(`${plain(facts)}\n`);
    return 0;
  },
  doctor,
  async topology(hosts, { connection, listen, json, svg }) {
    const { host, ...seen } = await examine(hosts, connection, { seconds: listen });
    const topology = topologyOf(host.label, seen);
    const text = json ? asJson(topology) : svg ? svgOf(topology) : treeOf(topology, paintFor(process.stdout));
    process.stdout.write(text);
    return 0;
  },
};

const asJson = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Without what may hold a password: whole files and libvirt's XML. */
function plain({ netplan, networkd, records, netfilter, libvirt, ...facts }: Facts): string {
  const files = [...netplan.keys(), ...networkd.keys(), ...netfilter.keys()];
  const networks = libvirt?.networks.map(({ xml: _, ...network }) => network);
  const shown = { ...facts, files, bridges: [...records.keys()], libvirt: libvirt && { ...libvirt, networks } };
  return JSON.stringify(shown, (_, value) => (value instanceof Set ? [...value] : value), 2);
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
