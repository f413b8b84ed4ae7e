import type { Facts } from "../provider/host/facts/facts";
import { Hosts } from "../provider/host/hosts";
import { diagnose } from "../provider/plan/diagnose/diagnose";
import { type Arguments, parseArguments, usage } from "./arguments";
import { report } from "./report";

async function main(args: readonly string[]): Promise<number> {
  let parsed: Arguments;
  try {
    parsed = parseArguments(args);
  } catch (error) {
    process.stderr.write(`kvmnet: ${messageOf(error)}\n${usage}\n`);
    return 2;
  }
  const { command, connection, json } = parsed;
  const hosts = new Hosts();
  try {
    const { host, facts } = await hosts.reachFacts(connection);
    if (command === "facts") {
      process.stdout.write(`${plain(facts)}\n`);
      return 0;
    }
    const findings = diagnose(facts);
    const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
    process.stdout.write(json ? `${JSON.stringify(findings, undefined, 2)}\n` : report(host.label, findings, colour));
    return findings.length > 0 ? 1 : 0;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 2;
  } finally {
    hosts.close();
  }
}

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
