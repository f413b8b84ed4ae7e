import type { Guest } from "../lab/guest";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";

const seconds = 1000;

interface Drift {
  /** What a hand did on the host. */
  readonly what: string;
  readonly by: string;
  /** The sentence that a plain preview shows with --diff. */
  readonly seenAs: RegExp;
  /** What is true again after up. */
  readonly healed: string;
}

const bridgeFile = "/etc/netplan/80-kvmnet-br0.yaml";
const tap = 'tap=$(virsh domiflist web | awk "/lan/ {print \\$1}")';
const mac = 'mac=$(virsh domiflist web --inactive | awk "/lan/ {print \\$5}")';

const drifts: Drift[] = [
  {
    what: "STP switched on",
    by: "ip link set dev br0 type bridge stp_state 1",
    seenAs: /STP on br0 is on/,
    healed: "[ $(cat /sys/class/net/br0/bridge/stp_state) = 0 ]",
  },
  {
    what: "the bridge's YAML edited",
    by: `sed -i 's/stp: false/stp: true/' ${bridgeFile}`,
    seenAs: /80-kvmnet-br0\.yaml was changed by hand/,
    healed: `grep -q "stp: false" ${bridgeFile}`,
  },
  {
    what: "the bridge's YAML removed",
    by: `rm ${bridgeFile}`,
    seenAs: /80-kvmnet-br0\.yaml is not there/,
    healed: `grep -q "stp: false" ${bridgeFile}`,
  },
  {
    what: "an address on the port",
    by: "ip address add 192.0.2.99/32 dev enp1s0",
    seenAs: /192\.0\.2\.99\/32 is on the port enp1s0/,
    healed: '! ip -br address | grep -q "192.0.2.99"',
  },
  {
    what: "DHCP on the port, in its YAML",
    by: "sed -i 's/enp1s0: {}/enp1s0: {dhcp4: true}/' /etc/netplan/01-netcfg.yaml",
    seenAs: /01-netcfg\.yaml gives the port enp1s0 addressing of its own/,
    healed: "! grep -q dhcp4 /etc/netplan/01-netcfg.yaml",
  },
  {
    what: "the network not started with the host",
    by: "virsh net-autostart lan --disable",
    seenAs: /the network lan is not started with the host/,
    healed: 'virsh net-info lan | grep -q "Autostart:.*yes"',
  },
  {
    what: "the NIC's link down",
    by: `${mac}; virsh domif-setlink web $mac down`,
    seenAs: /in the running web the NIC's link is down/,
    healed: `${mac}; virsh domif-getlink web $mac | grep -q up`,
  },
  {
    what: "the NIC only in the running VM",
    by: `${mac}; virsh detach-interface web network --mac $mac --config`,
    seenAs: /the definition of web does not have the NIC/,
    healed: "virsh domiflist web --inactive | grep -q lan",
  },
  {
    what: "the TAP out of its bridge",
    by: `${tap}; ip link set dev $tap nomaster`,
    seenAs: /the TAP vnet\d+ is in no bridge instead of in br0/,
    healed: `${tap}; [ $(basename $(readlink /sys/class/net/$tap/master)) = br0 ]`,
  },
];

describe.each(["bookworm", "trixie"] as const)(
  "what a hand changed on Debian %s is seen by a plain preview, and healed",
  (release) => {
    let lan: Lan;
    let host: Host;
    let web: Guest;
    let stack: HomelabStack;
    const table: string[] = [];

    beforeAll(async () => {
      lan = await Lan.start();
      host = await lan.startHost({ name: "kvm1", release });
      web = await host.startGuest({ name: "web" });
      stack = await HomelabStack.start({
        lan,
        hosts: [host],
        config: {
          hosts: { kvm1: { bridge: {}, networks: { lan: {} } } },
          vms: { web: { host: "kvm1", nics: { lan: { network: "lan" } } } },
        },
      });
      const { code, stdout } = await stack.up();
      expect({ code, said: code === 0 ? "" : stdout }).toEqual({ code: 0, said: "" });
    }, 900 * seconds);

    afterAll(async () => {
      console.log(["drift | seen as | pings lost while healed | VM restarted", ...table].join("\n"));
      await stack?.[Symbol.asyncDispose]();
      await lan?.[Symbol.asyncDispose]();
    }, 60 * seconds);

    test.each(drifts)(
      "$what",
      async ({ what, by, seenAs, healed }) => {
        const uptime = await web.uptime();
        await host.must(["sh", "-c", by]);
        const seen = await stack.preview(["--diff", "--expect-no-changes"]);
        expect(seen.stdout).toMatch(seenAs);
        expect(seen.code).not.toBe(0);

        await using pings = await lan.pingCounter(host.address);
        const { code, stdout } = await stack.up();
        const { lost } = await pings.stop();
        expect({ code, said: code === 0 ? "" : stdout }).toEqual({ code: 0, said: "" });
        await host.must(["sh", "-c", healed]);
        expect(await stack.preview(["--expect-no-changes"])).toMatchObject({ code: 0 });
        expect(await web.uptime()).toBeGreaterThan(uptime);
        table.push([what, seenAs.exec(seen.stdout)?.[0], lost, "no"].join(" | "));
      },
      120 * seconds,
    );
  },
);
