import type { Host } from "../host";
import { readScript } from "../script";

const script = readScript(__dirname, "selfTest.sh");
const inside = readScript(__dirname, "selfTest.pl");

/** What to try, as a VM on the bridge; made by provider/plan/diagnose/selfTest. */
export interface SelfTest {
  readonly bridge: string;
  readonly mtu: number;
  /** Of the NIC that it is tried with: one more on the LAN while it lasts. */
  readonly macAddress: string;
  /** To wait for the port to forward, and then for DHCP. */
  readonly seconds: number;
  /** With prefix length; "dhcp": a lease is taken, and given back. */
  readonly address: string;
  /** With an address given; a lease has its own. */
  readonly gateway: string | undefined;
  readonly nameserver: string | undefined;
  /** A name that must have an IPv4 address. Undefined: any answer of the name server will do. */
  readonly resolves: string | undefined;
}

export interface SelfTestStep {
  readonly step: "port" | "lease" | "gateway" | "dns" | "release";
  readonly ok: boolean;
  readonly words: string;
}

/** Tries a bridge from a namespace of its own, which is gone afterwards. */
export async function selfTest(host: Host, test: SelfTest, signal?: AbortSignal): Promise<SelfTestStep[]> {
  const { bridge, mtu, macAddress, seconds, address, gateway = "-", nameserver = "-", resolves = "-" } = test;
  const words = [bridge, String(mtu), macAddress, String(seconds), address, gateway, nameserver, resolves];
  const { stdout } = await host.exec(["sh", "-c", script, "kvmnet", inside, ...words], {
    purpose: `try ${bridge} as a VM would`,
    timeoutMs: (3 * seconds + 30) * 1000,
    ...(signal && { signal }),
    nextStep: "It needs a kernel with veth and network namespaces, and perl-base, which Debian and Ubuntu have.",
  });
  return stdout.split("\n").flatMap((line) => {
    const [, step, ended, said] = /^(port|lease|gateway|dns|release) (ok|failed) (.+)$/.exec(line) ?? [];
    return step && said ? [{ step: step as SelfTestStep["step"], ok: ended === "ok", words: said }] : [];
  });
}
