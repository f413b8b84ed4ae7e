import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { killGroup } from "../lab/command";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { YamlStack } from "../lab/yamlStack";

const seconds = 1000;
const connection = { host: "kvm1.example" };
/** An output of another resource, as YAML programs have it. */
const of = (output: string) => `\${${output}}`;
const bridge = (said: object) => ({
  type: "kvmnet:Bridge",
  properties: { connection, confirm: { timeout: 300 }, ...said },
});
const nic = (domain: string, macAddress: string, said: object) => ({
  type: "kvmnet:Nic",
  properties: { connection, domain, bridge: of("br.name"), macAddress, waitForAddress: 0, ...said },
});
const [tagged, plain] = ["52:54:00:00:00:14", "52:54:00:00:00:01"];
const filtering = { vlanFiltering: true, vlans: [20] };
const program = (br: object = filtering, vlan: object = { tag: 20 }) => ({
  resources: {
    br: bridge(br),
    tagged: nic("web", tagged, { vlan }),
    plain: nic("mail", plain, {}),
  },
});

/** An emulated machine stands still while it runs a batch: pings at 5 ms, a fifth of a second. */
const mayBeLost = 40;

/** The kernel of this machine has no bridge that tells VLANs apart: a machine in QEMU has. */
const start = async (release: "bookworm" | "trixie") => {
  const lan = await Lan.start();
  const addressing = { address: "192.0.2.100/24", gateway: "192.0.2.1", nameservers: ["192.0.2.1"] };
  const host = await lan.startHost({ name: "kvm1", kind: "qemu", release, addressing });
  const stack = await YamlStack.start(lan, [host]);
  return { lan, host, stack, [Symbol.asyncDispose]: async () => lan[Symbol.asyncDispose]() };
};

const vlansOf = (host: Host, port: string) =>
  host.must(["sh", "-c", `bridge -compressvlans vlan show dev ${port} | tail -n +2`]).then((text) =>
    text
      .replaceAll(port, "")
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  );
const tapOf = async (host: Host, vm: string) =>
  /^ *(vnet\d+) /m.exec(await host.must(["virsh", "domiflist", vm]))?.[1] ?? "";
/** Its firmware asks DHCP by its first NIC: no guest is emulated twice for that. */
const define = (host: Host, name: string) =>
  host.must(["virsh", "define", "/dev/stdin"], {
    input: `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory>
      <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='network'/></os>
      <devices><memballoon model='none'/></devices></domain>`,
  });
/** What the LAN hears of the VMs: in which VLANs, until it has heard each of them some times. */
async function heard(lan: Lan, macs: readonly string[], times: number): Promise<string[][]> {
  const sniffer = lan.engine.spawn(["python3", resolve(__dirname, "../lab/fixtures/tagSniffer.py"), "lan0"]);
  let text = "";
  sniffer.stdout?.setEncoding("utf8").on("data", (said: string) => {
    text += said;
  });
  const linesOf = (mac: string) => text.split("\n").filter((line) => line.startsWith(`${mac} `));
  for (const until = Date.now() + 600_000; macs.some((mac) => linesOf(mac).length < times); await sleep(200))
    if (Date.now() > until) break;
  killGroup(sniffer, "SIGKILL");
  return macs.map((mac) => [...new Set(linesOf(mac).map((line) => line.split(" ")[1] ?? ""))]);
}

describe("On Debian 13, a bridge that tells VLANs apart", () => {
  let lan: Lan;
  let host: Host;
  let stack: YamlStack;
  let before: string;

  beforeAll(async () => {
    ({ lan, host, stack } = await start("trixie"));
    for (const vm of ["web", "mail"]) await define(host, vm);
    before = await networkPicture(host);
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 120 * seconds);

  test(
    "is made while the host answers, and what guests send leaves in the VLAN of each",
    async () => {
      const preview = await stack.preview(program());
      expect(preview).toContain("br0 tells VLANs apart then: enp1s0 carries the VLANs 20 with a tag");
      await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
      await stack.up();
      expect((await pings.stop()).lost).toBeLessThanOrEqual(mayBeLost);
      expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "20"]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      const hearing = heard(lan, [tagged, plain], 2);
      for (const vm of ["web", "mail"]) await host.must(["virsh", "start", vm]);
      expect(await vlansOf(host, await tapOf(host, "web"))).toEqual(["20 PVID Egress Untagged"]);
      expect(await vlansOf(host, await tapOf(host, "mail"))).toEqual(["1 PVID Egress Untagged"]);
      expect(await hearing).toEqual([["20"], ["untagged"]]);
    },
    1500 * seconds,
  );

  test(
    "is drift where a hand changed it, and is healed: filtering, the uplink's VLANs, a TAP that left and came back",
    async () => {
      const tap = await tapOf(host, "web");
      const hand = `ip link set br0 type bridge vlan_filtering 0; bridge vlan del vid 20 dev enp1s0
        ip link set ${tap} nomaster; ip link set ${tap} master br0`;
      await host.must(["sh", "-ec", hand]);
      const drift = await stack.preview();
      expect(drift).toContain("br0 does not tell VLANs apart");
      expect(drift).toContain("the port enp1s0 is in VLAN 1 instead of in VLAN 1 and 20 tagged");
      await stack.up();
      expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "20"]);
      expect(await vlansOf(host, tap)).toEqual(["20 PVID Egress Untagged"]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    1200 * seconds,
  );

  test(
    "goes back to what it was where a change of its VLANs is not confirmed",
    async () => {
      const was = await networkPicture(host);
      await stack.say(program({ ...filtering, vlans: [30, "100-102"], confirm: { timeout: 60 } }));
      let ended = false;
      const up = stack.pulumi.up().finally(() => {
        ended = true;
      });
      while (!(await vlansOf(host, "enp1s0")).includes("30")) {
        if (ended) throw new Error(`it ended before it was isolated: ${(await up).stdout}`);
        await sleep(200);
      }
      await host.isolate();
      await host.must(["sh", "-c", "while bridge vlan show dev enp1s0 | grep -qw 30; do sleep 1; done"]);
      await host.rejoin();
      expect((await up).code).not.toBe(0);
      expect(await settledPicture(host, was)).toBe(was);
    },
    1200 * seconds,
  );

  test(
    "has a trunk live, and is as it was after a restart",
    async () => {
      await stack.up(program({ ...filtering, vlans: [20, 30] }, { trunk: [20, 30], native: 20 }));
      expect(await vlansOf(host, await tapOf(host, "web"))).toEqual(["20 PVID Egress Untagged", "30"]);
      // Their firmware heeds no power button, for which libvirt-guests would wait five minutes.
      for (const vm of ["web", "mail"]) await host.must(["virsh", "destroy", vm]);
      await host.reboot();
      expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "20", "30"]);
      expect(await host.must(["ip", "-d", "link", "show", "br0"])).toContain("vlan_filtering 1");
      await host.must(["virsh", "start", "web"]);
      expect(await vlansOf(host, await tapOf(host, "web"))).toEqual(["20 PVID Egress Untagged", "30"]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    1200 * seconds,
  );

  test(
    "is gone without a trace when it is destroyed",
    async () => {
      // Its firmware lets no NIC go.
      await host.must(["virsh", "destroy", "web"]);
      await stack.up({ resources: {} });
      expect(await settledPicture(host, before)).toBe(before);
    },
    900 * seconds,
  );
});

test(
  "On Debian 12, a bridge tells VLANs apart, and a NIC's VLAN is refused by libvirt's version",
  async () => {
    await using scene = await start("bookworm");
    const { lan, host, stack } = scene;
    const before = await networkPicture(host);
    await define(host, "web");
    await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
    await stack.up({ resources: { br: bridge(filtering) } });
    expect((await pings.stop()).lost).toBeLessThanOrEqual(mayBeLost);
    expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "20"]);
    await expect(
      stack.preview({ resources: { br: bridge(filtering), tagged: nic("web", tagged, { vlan: { tag: 20 } }) } }),
    ).rejects.toThrow(/vlan: libvirt 9\.0\.0 gives a NIC on a bridge no VLAN; 11\.0 and later do/);
    await stack.up({ resources: { br: bridge({ ...filtering, vlans: [30] }) } });
    expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "30"]);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    await stack.up({ resources: { br: bridge({}) } });
    expect(await host.must(["ip", "-d", "link", "show", "br0"])).toContain("vlan_filtering 0");
    await stack.up({ resources: {} });
    expect(await settledPicture(host, before)).toBe(before);
  },
  1800 * seconds,
);
