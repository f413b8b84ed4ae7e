import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LanOptions } from "./lan";
import type { Namespace } from "./namespace";

const ranges6 = {
  slaac: "2001:db8:0:1::,ra-stateless,64",
  dhcp: "2001:db8:0:1::1000,2001:db8:0:1::1fff,64,1h",
};
const silence = "table inet silence { chain in { type filter hook input priority 0; udp dport 67 drop; }; }";

/** The LAN's DHCP and DNS server, on its router: dnsmasq, which ends with the router's namespace. */
export class Dhcp {
  private readonly reservations = new Map<string, string>();

  private constructor(
    private readonly router: Namespace,
    private readonly folder: string,
  ) {}

  /** It goes into the background once it listens. */
  static async start(
    router: Namespace,
    folder: string,
    { ipv6, lease = "1h", mtu }: Pick<LanOptions, "ipv6" | "lease" | "mtu">,
  ): Promise<Dhcp> {
    const dhcp = new Dhcp(router, folder);
    await dhcp.write();
    await router.must([
      ...["dnsmasq", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root"],
      ...[`--pid-file=${join(folder, "dnsmasq.pid")}`, `--dhcp-hostsfile=${dhcp.file}`],
      ...["--interface=lan0", "--bind-interfaces", "--domain=lab.test", "--local=/lab.test/"],
      ...["--host-record=router.lab.test,192.0.2.1", "--host-record=engine.lab.test,192.0.2.10"],
      // A ping before each offer, the default, would make each boot three seconds longer.
      ...["--no-ping", "--dhcp-authoritative", `--dhcp-range=192.0.2.150,192.0.2.199,${lease}`],
      ...["--dhcp-option=option:router,192.0.2.1", `--dhcp-leasefile=${join(folder, "leases")}`],
      ...(mtu === undefined ? [] : [`--dhcp-option=option:mtu,${mtu}`]),
      ...["--log-dhcp", `--log-facility=${dhcp.log}`],
      ...(ipv6 ? ["--enable-ra", `--dhcp-range=${ranges6[ipv6]}`] : []),
    ]);
    return dhcp;
  }

  /** From now on a NIC gets this address, also one that has another. */
  async reserve(macAddress: string, address: string): Promise<void> {
    this.reservations.set(macAddress, address);
    await this.reload();
  }

  async unreserve(macAddress: string): Promise<void> {
    this.reservations.delete(macAddress);
    await this.reload();
  }

  /** It answers nobody any more; DNS goes on. */
  async silence(): Promise<void> {
    await this.router.must(["nft", "-f", "-"], { input: silence });
  }

  async speak(): Promise<void> {
    await this.router.must(["nft", "delete", "table", "inet", "silence"]);
  }

  /** Who has which address by which identity, as the server has it: `192.0.2.150 02:… ff:…`. */
  async leases(): Promise<string[]> {
    const lines = (await readFile(join(this.folder, "leases"), "utf8")).split("\n").filter(Boolean);
    return lines.map((line) => line.split(" ")).map(([, mac, address, , client]) => `${address} ${mac} ${client}`);
  }

  /** The addresses that hosts have given back, in their order. */
  async givenBack(): Promise<string[]> {
    return (await readFile(this.log, "utf8")).match(/(?<=DHCPRELEASE\S* )\S+/g) ?? [];
  }

  private get log(): string {
    return join(this.folder, "dnsmasq.log");
  }

  private get file(): string {
    return join(this.folder, "reservations");
  }

  /** It is done once dnsmasq says that it has read the file. */
  private async reload(): Promise<void> {
    await this.write();
    const reads = async () => (await readFile(this.log, "utf8")).split(`read ${this.file}\n`).length;
    const before = await reads();
    const pid = (await readFile(join(this.folder, "dnsmasq.pid"), "utf8")).trim();
    await this.router.must(["kill", "-HUP", pid]);
    for (const until = Date.now() + 10_000; (await reads()) === before; await sleep(5))
      if (Date.now() > until) throw new Error(`dnsmasq did not read ${this.file} anew`);
  }

  private async write(): Promise<void> {
    await writeFile(this.file, [...this.reservations].map((pair) => `${pair}\n`).join(""));
  }
}
