import { defaultRoute, type Facts } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { SelfTest, SelfTestStep } from "../../host/selfTest/selfTest";
import { stableMac } from "../libvirt/macAddress";
import { lanBridges } from "./bridges";
import { type Finding, finding } from "./finding";

/** With which address, "dhcp" or with its prefix length, and which name is to be resolved; undefined: any answer will do. */
type Asked = Pick<SelfTest, "address" | "resolves">;

/** How to try each bridge to the LAN; with an address given, the one that has the default route. */
export function selfTests(facts: Facts, asked: Asked): SelfTest[] {
  const route = defaultRoute(facts);
  return lanBridges(facts)
    .filter(({ bridge, uplinks }) => uplinks.length > 0 && (asked.address === "dhcp" || route?.device === bridge.name))
    .map(({ bridge }) => selfTestOf(facts, bridge, asked));
}

export function selfTestOf(facts: Facts, bridge: Link, asked: Asked): SelfTest {
  const route = defaultRoute(facts);
  return {
    ...asked,
    bridge: bridge.name,
    mtu: bridge.mtu,
    // The same each time: a DHCP server keeps an address for it, and not one more for each test.
    macAddress: stableMac({ machineId: facts.machineId, domainId: bridge.name, name: "self-test" }),
    // A server that pings an address first answers after 3 s, and what is lost is sent again after 4 and after 8 s more.
    seconds: 20 + (bridge.stp ? 2 * (bridge.forwardDelay ?? 0) : 0),
    gateway: route?.device === bridge.name ? route.gateway : undefined,
    nameserver: bridge.lease?.nameservers[0],
  };
}

const causes: Record<SelfTestStep["step"], readonly [string, string]> = {
  port: ["The bridge holds a new port back: a VM that starts hears nothing meanwhile.", "See port-held-back."],
  lease: [
    "A new machine on the bridge gets no address by DHCP.",
    "See whether the DHCP server answers anybody, whether it has addresses left, and what filters on the way (forward-drops, foreign-mac).",
  ],
  gateway: [
    "A machine on the bridge does not reach the gateway.",
    "Ping it from the host: if that works, something filters the other MAC address (foreign-mac) or the bridge's frames (forward-drops).",
  ],
  dns: [
    "The name server does not answer a machine on the bridge, or does not know the name.",
    "Ask it from the host (resolvectl query NAME): if that works, it or what is before it filters.",
  ],
  release: ["The lease could not be given back: the server keeps it until it ends.", "Nothing to do."],
};

export function diagnoseSelfTest(bridge: string, steps: readonly SelfTestStep[]): Finding[] {
  return steps
    .filter(({ ok }) => !ok)
    .map(({ step, words }) => {
      const [cause, fix] = causes[step];
      const severity = step === "release" ? "warning" : "error";
      return finding("self-test", severity, { subject: `bridge ${bridge}`, evidence: `${step}: ${words}`, cause, fix });
    });
}

/** What it did, in a line. */
export function describeSelfTest(bridge: string, steps: readonly SelfTestStep[]): string {
  return `self-test of ${bridge}: ${steps.map(({ step, ok, words }) => `${step} ${words} ${ok ? "ok" : "failed"}`).join(", ")}`;
}
