import { setTimeout as sleep } from "node:timers/promises";
import type { Guest } from "../lab/guest";
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
const nic = (mac: string, said: object) => ({
  type: "kvmnet:Nic",
  properties: { connection, domain: "web", bridge: of("br.name"), macAddress: mac, waitForAddress: 0, ...said },
});
const [tagged, plain] = ["52:54:00:00:00:14", "52:54:00:00:00:01"];
const filtering = { vlanFiltering: true, vlans: [20] };
const program = (br: object = filtering, vlan: object = { tag: 20 }) => ({
  resources: {
    br: bridge(br),
    tagged: nic(tagged, { vlan }),
    plain: nic(plain, {}),
  },
});

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
const tapOf = async (host: Host, mac: string) => {
  const [, tap = ""] =
    new RegExp(`^ *(vnet\\d+).*${mac}`, "m").exec(await host.must(["virsh", "domiflist", "web"])) ?? [];
  return tap;
};

describe("On Debian 13, a bridge that tells VLANs apart", () => {
  let lan: Lan;
  let host: Host;
  let stack: YamlStack;
  let web: Guest;
  let before: string;

  beforeAll(async () => {
    ({ lan, host, stack } = await start("trixie"));
    await lan.taggedStandIn({ address: "192.0.2.77", tag: 20 });
    web = await host.startGuest({ name: "web" });
    before = await networkPicture(host);
  }, 1800 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 120 * seconds);

  /** Each of its NICs has an address of its own, and nobody else's way. */
  const address = async () => {
    const set = `for nic in eth0 eth1; do
      until [ -e /sys/class/net/$nic ]; do sleep 1; done; done
      killall udhcpc; sleep 1; killall udhcpc
      for nic in eth0 eth1; do
        ip address flush dev $nic; ip link set $nic up
        case $(cat /sys/class/net/$nic/address) in ${tagged}) own=192.0.2.201 other=77 ;; *) own=192.0.2.202 other=1 ;; esac
        ip address add $own/32 dev $nic
        for to in 1 77; do ip route add 192.0.2.$to/32 dev $nic src $own table $((10 + other)); done
        ip rule add from $own lookup $((10 + other))
      done; true`;
    await web.must(["sh", "-c", set], { timeout: 120 * seconds });
  };
  const reaches = async (own: string, to: string) =>
    (await web.run(["ping", "-c", "3", "-W", "5", "-I", own, to], { timeout: 90 * seconds })).code === 0;
  const seen = async () => ({
    taggedInItsVlan: await reaches("192.0.2.201", "192.0.2.77"),
    taggedInTheLan: await reaches("192.0.2.201", "192.0.2.1"),
    plainInTheVlan: await reaches("192.0.2.202", "192.0.2.77"),
    plainInTheLan: await reaches("192.0.2.202", "192.0.2.1"),
  });
  const apart = { taggedInItsVlan: true, taggedInTheLan: false, plainInTheVlan: false, plainInTheLan: true };

  test(
    "is made with no ping of the host lost, and each guest is in its own LAN",
    async () => {
      expect(await stack.preview(program())).toContain(
        "br0 tells VLANs apart then: enp1s0 carries the VLANs 20 with a tag",
      );
      await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
      await stack.up();
      expect((await pings.stop()).lost).toBe(0);
      expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "20"]);
      expect(await vlansOf(host, await tapOf(host, tagged))).toEqual(["20 PVID Egress Untagged"]);
      expect(await vlansOf(host, await tapOf(host, plain))).toEqual(["1 PVID Egress Untagged"]);
      await address();
      expect(await seen()).toEqual(apart);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    1500 * seconds,
  );

  test(
    "is drift where a hand changed it, and is healed: filtering, the uplink's VLANs, a TAP that left and came back",
    async () => {
      const tap = await tapOf(host, tagged);
      await host.must([
        "sh",
        "-ec",
        `ip link set br0 type bridge vlan_filtering 0; bridge vlan del vid 20 dev enp1s0; ip link set ${tap} nomaster; ip link set ${tap} master br0`,
      ]);
      const drift = await stack.preview();
      expect(drift).toContain("br0 does not tell VLANs apart");
      expect(drift).toContain("the port enp1s0 is in VLAN 1 instead of in VLAN 1 and 20 tagged");
      await stack.up();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "20"]);
      expect(await vlansOf(host, tap)).toEqual(["20 PVID Egress Untagged"]);
      expect(await seen()).toEqual(apart);
    },
    1500 * seconds,
  );

  test(
    "goes back to what it was where a change of its VLANs is not confirmed",
    async () => {
      const was = await networkPicture(host);
      await stack.say(program({ ...filtering, vlans: [30, "100-102"], confirm: { timeout: 60 } }));
      const up = stack.pulumi.up();
      while (!(await vlansOf(host, "enp1s0")).includes("30")) await sleep(200);
      await host.isolate();
      await host.must(["sh", "-c", "while bridge vlan show dev enp1s0 | grep -qw 30; do sleep 1; done"]);
      await host.rejoin();
      expect((await up).code).not.toBe(0);
      expect(await settledPicture(host, was)).toBe(was);
      await stack.up(program());
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    1500 * seconds,
  );

  test(
    "has a trunk live, and is as it was after a restart",
    async () => {
      const trunk = program({ ...filtering, vlans: [20, 30] }, { trunk: [20, 30], native: 20 });
      await stack.up(trunk);
      expect(await vlansOf(host, await tapOf(host, tagged))).toEqual(["20 PVID Egress Untagged", "30"]);
      await host.reboot();
      expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "20", "30"]);
      expect(await host.must(["ip", "-d", "link", "show", "br0"])).toContain("vlan_filtering 1");
      await host.must(["virsh", "start", "web"]);
      expect(await vlansOf(host, await tapOf(host, tagged))).toEqual(["20 PVID Egress Untagged", "30"]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    1500 * seconds,
  );

  test(
    "is gone without a trace when it is destroyed",
    async () => {
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
    await host.must(["virsh", "define", "/dev/stdin"], {
      input: "<domain type='qemu'><name>web</name><memory>65536</memory><os><type>hvm</type></os></domain>",
    });
    await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
    await stack.up({ resources: { br: bridge(filtering) } });
    expect((await pings.stop()).lost).toBe(0);
    expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "20"]);
    await expect(
      stack.preview({ resources: { br: bridge(filtering), tagged: nic(tagged, { vlan: { tag: 20 } }) } }),
    ).rejects.toThrow(/vlan: libvirt 9\.0\.0 gives a NIC on a bridge no VLAN; 11\.0 and later do/);
    await stack.up({ resources: { br: bridge({ ...filtering, vlans: [30] }) } });
    expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "30"]);
    await host.reboot();
    expect(await vlansOf(host, "enp1s0")).toEqual(["1 PVID Egress Untagged", "30"]);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    await stack.up({ resources: { br: bridge({}) } });
    expect(await host.must(["ip", "-d", "link", "show", "br0"])).toContain("vlan_filtering 0");
    await stack.up({ resources: {} });
    expect(await settledPicture(host, before)).toBe(before);
  },
  1800 * seconds,
);
