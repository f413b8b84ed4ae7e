import { factsScript } from "../provider/host/facts/script";
import { parseSections } from "../provider/host/facts/sections";
import { Lan } from "../test/lab/lan";
import { Program } from "./program";

/** The one NIC that the recorded host has. */
const recordedNic = { domain: "web", macAddress: "52:54:00:00:00:01" };

export interface Nic {
  readonly domain: string;
  readonly macAddress: string;
}

/** What a host of the lab says of itself once it is as a program wants it: what hosts that are simulated answer. */
export class Recorded {
  private constructor(private readonly output: Buffer) {}

  static async start(): Promise<Recorded> {
    await using lan = await Lan.start();
    const host = await lan.startHost({ name: "kvm0", addressing: { address: "192.0.2.100/24" } });
    await host.startGuest({ name: "web", running: false });
    const connection = { host: host.address, user: "root", hostKey: host.hostKey, privateKey: host.privateKey };
    await using program = await Program.start("fleet", lan.engine, {
      hosts: [{ name: "kvm0", connection, nics: [recordedNic] }],
    });
    await program.up();
    const { stdout } = await host.ssh(["sh", "-s"], { input: factsScript });
    return new Recorded(Buffer.from(stdout));
  }

  /** The same of a host with another name, and with these NICs in place of its one. */
  as(name: string, machineId: string, nics: readonly Nic[] = [recordedNic]): Buffer {
    return Buffer.concat(
      parseSections(this.output).map(({ name: section, code, text }) => {
        const said = section === "machineId" ? machineId : text.replaceAll("::kvm0", `::${name}`);
        const bytes = Buffer.from(section === "libvirt" ? withNics(said, nics) : said);
        return Buffer.concat([Buffer.from(`${section} ${code} ${bytes.length}\n`), bytes, Buffer.from("\n")]);
      }),
    );
  }
}

/** As facts.sh prints it: parts between form feeds, a domain's state and its two definitions after its mark. */
function withNics(libvirt: string, nics: readonly Nic[]): string {
  const at = libvirt.indexOf("\fdomain");
  const [networks, domain] = [libvirt.slice(0, at), libvirt.slice(at)];
  const names = [...new Set(nics.map((nic) => nic.domain))];
  const domains = names.map((name, index) => {
    const own = nics.filter((nic) => nic.domain === name);
    return domain
      .replaceAll(/<interface.*?<\/interface>/gs, (one) =>
        own.map(({ macAddress }) => one.replace(recordedNic.macAddress, macAddress)).join(""),
      )
      .replaceAll("<name>web</name>", `<name>${name}</name>`)
      .replaceAll(/<uuid>.{8}/g, `<uuid>${index.toString(16).padStart(8, "0")}`);
  });
  return networks + domains.join("\n");
}
