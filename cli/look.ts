import type { Facts } from "../provider/host/facts/facts";
import type { Host } from "../provider/host/host";
import type { Hosts } from "../provider/host/hosts";
import { type Heard, listen } from "../provider/host/listen/listen";
import { diagnose } from "../provider/plan/diagnose/diagnose";
import type { Finding } from "../provider/plan/diagnose/finding";
import { listening } from "../provider/plan/diagnose/traffic";
import type { Connection } from "../provider/resources/connection";

export interface Look {
  readonly host: Host;
  readonly facts: Facts;
  readonly heard: readonly Heard[];
  readonly findings: readonly Finding[];
}

/** A host as it is now; besides ARP probes while it is listened to, nothing is sent, and nothing changes. */
export async function look(hosts: Hosts, connection: Connection, seconds: number): Promise<Look> {
  const { host, facts } = await hosts.reachFacts(connection);
  const plan = listening(facts);
  const heard = seconds > 0 && plan.devices.length + plan.asks.length > 0 ? await listen(host, plan, seconds) : [];
  return { host, facts, heard, findings: diagnose(facts, heard) };
}
