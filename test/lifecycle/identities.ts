import type { SimulatedHost } from "./host/simulatedHost";
import type { Name } from "./program";

/** What tests do on a host, simulated or real. */
export interface AnyHost {
  exec(argv: readonly string[]): Promise<{ readonly stdout: string }>;
  must(argv: readonly string[]): Promise<string>;
  readFile(path: string): string | Promise<string>;
  writeFile(path: string, text: string): unknown;
}

/** The resources that keep something on a host. */
export const kept = ["br", "filter", "lan", "nic", "tap"] as const satisfies readonly Name[];
export type Kept = (typeof kept)[number];

/** What makes each thing on a host the one that it is: made anew, it would have another. "" where it is not there. */
export async function identities(host: SimulatedHost): Promise<Record<Kept, string>> {
  const number = async (link: string) => (await host.exec(["cat", `/sys/class/net/${link}/ifindex`])).stdout.trim();
  const nic = host.libvirt.domains.find(({ name }) => name === "web")?.live[0];
  const unit = await host.exec(["ls", "/etc/systemd/system/kvmnet-netfilter-br0.service"]);
  return {
    br: await number("br0"),
    filter: unit.stdout.trim(),
    lan: host.libvirt.networks.find(({ name }) => name === "lan")?.uuid ?? "",
    nic: nic ? `${nic.mac["@address"]} ${await number(nic.target["@dev"])}` : "",
    tap: await number("tap0"),
  };
}

/** Whose the host says that each is: stack and name of the resource, by its type. */
export async function owners(host: Pick<AnyHost, "exec">): Promise<Record<string, string>> {
  const list =
    "cd /var/lib/kvmnet && for file in bridges/*.json netfilter/*/owner.json networks/*.json nics/*.json taps/*/owner.json; do [ ! -e $file ] || cat $file; done";
  const records = (await host.exec(["sh", "-c", list])).stdout.split("\n").filter((line) => line.startsWith("{"));
  return Object.fromEntries(
    records.map((text) => {
      const { owner, stack } = JSON.parse(text);
      const [, , type = "", name] = owner.split("::");
      return [type.split(":").at(-1), `${stack}/${name}`];
    }),
  );
}
