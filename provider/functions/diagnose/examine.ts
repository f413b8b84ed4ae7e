import type { Facts } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import type { HostOptions } from "../../host/hostOptions";
import type { Hosts } from "../../host/hosts";
import { type Heard, listen } from "../../host/listen/listen";
import { diagnose } from "../../plan/diagnose/diagnose";
import type { Finding } from "../../plan/diagnose/finding";
import { listening } from "../../plan/diagnose/traffic";
import type { Connection } from "../../schema/connection";

export interface Examined {
  readonly host: Host;
  readonly facts: Facts;
  readonly heard: readonly Heard[];
  readonly findings: Finding[];
}

/** A host as it is now. Besides ARP probes where it is listened to, nothing is sent, and nothing changes. */
export async function examine(
  hosts: Hosts,
  connection: Connection,
  { seconds, ...known }: { readonly seconds: number } & Pick<HostOptions, "signal">,
): Promise<Examined> {
  const { host, facts } = await hosts.reachFacts(connection, { ...known, fresh: true });
  const plan = listening(facts);
  const heard =
    seconds > 0 && plan.devices.length + plan.asks.length > 0
      ? await listen(host, plan, { seconds, signal: known.signal })
      : [];
  return { host, facts, heard, findings: diagnose(facts, heard) };
}
