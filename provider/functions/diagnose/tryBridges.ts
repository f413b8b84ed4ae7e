import type { Facts } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { type SelfTest, selfTest } from "../../host/selfTest/selfTest";
import type { Finding } from "../../plan/diagnose/finding";
import { describeSelfTest, diagnoseSelfTest, selfTests } from "../../plan/diagnose/selfTest";

export interface Tried {
  /** What was done, in a line. */
  readonly words: string;
  readonly findings: Finding[];
}

/** Each bridge of a host's to the LAN as a VM would have it, one after the other. */
export async function tryBridges(
  host: Host,
  facts: Facts,
  { address = "dhcp", resolves }: Partial<Pick<SelfTest, "address" | "resolves">>,
  signal?: AbortSignal,
): Promise<Tried[]> {
  const tests = selfTests(facts, { address, resolves });
  if (tests.length === 0) throw new Error(`${host.label}: no bridge to the LAN to try.`);
  const all: Tried[] = [];
  for (const test of tests) {
    const steps = await selfTest(host, test, signal);
    all.push({ words: describeSelfTest(test.bridge, steps), findings: diagnoseSelfTest(test.bridge, steps) });
  }
  return all;
}
