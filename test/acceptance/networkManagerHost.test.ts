import { setTimeout as sleep } from "node:timers/promises";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { strikeAt } from "../lab/strike";
import { succeeds } from "../lab/succeeds";
import { lifted, noOutgoing } from "../lab/wall";

const seconds = 1000;
const path = "/etc/NetworkManager/system-connections/lan.nmconnection";
/** Else it is refused, in words. */
const accept = ["NetworkManager:enp1s0"];
const user = "11111111-1111-4111-8111-111111111111";

/** As nmcli or an installer writes it, with what a person adds. */
const byInstaller = `# the uplink
[connection]
id=lan
uuid=${user}
type=ethernet
interface-name=enp1s0

[ethernet]

[ipv4]
# the rack's list says so
address1=192.0.2.100/24,192.0.2.1
dns=192.0.2.1;
dns-search=lab.test;
method=manual
route1=203.0.113.0/24,192.0.2.1

[ipv6]
addr-gen-mode=eui64
method=auto

[proxy]
`;

describe.each(["bookworm"] as const)("a host on Debian %s whose NIC is NetworkManager's", (release) => {
  let lan: Lan;

  beforeAll(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  /** The profile that a link has, once NetworkManager is through with it. */
  async function profileOf(host: Host, link: string): Promise<string> {
    for (const until = Date.now() + 20_000; ; await sleep(200)) {
      const asked = ["nmcli", "-g", "GENERAL.STATE,GENERAL.CON-UUID", "device", "show", link];
      const { stdout } = await host.exec(asked, { timeout: 10_000 });
      const [state = "", uuid = ""] = stdout.split("\n");
      if (state.startsWith("100 ") || Date.now() > until) return state.startsWith("100 ") ? uuid : state;
    }
  }

  test(
    "where it is accepted: a change is undone, the bridge is made without a packet lost, and kept over restarts",
    async () => {
      await using host = await lan.startHost({ name: "kvm1", release, profiles: { lan: byInstaller } });
      const before = await networkPicture(host);
      const confirm = { timeout: 20, probes: [{ tcp: "192.0.2.1:53" }] };
      const config = (bridge: object = {}) => ({ hosts: { kvm1: { bridge: { confirm, accept, ...bridge } } } });
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      const preview = await succeeds(stack.preview());
      expect(preview).toMatch(/192\.0\.2\.100\/24.* move from enp1s0 to br0\./);
      expect(preview).toMatch(/^ +\+\+\+ \/etc\/NetworkManager\/system-connections\/kvmnet-bridge-br0\.nmconnection$/m);
      expect(await networkPicture(host)).toBe(before);

      const { struck } = await strikeAt(host, "armed", noOutgoing("tcp dport 53"));
      const [undone] = await Promise.all([stack.up(), struck]);
      await host.must(lifted);
      expect(undone.code).not.toBe(0);
      expect(undone.stdout).toMatch(/the change was rolled back, the host is as before/);
      expect(await settledPicture(host, before)).toBe(before);
      expect(await profileOf(host, "enp1s0")).toBe(user);

      await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
      await succeeds(stack.up());
      const { sent, lost, longestGapMs } = await pings.stop();
      console.log(`${release}, NetworkManager: ${lost} of ${sent} pings lost, longest gap ${longestGapMs} ms`);
      expect(lost).toBeLessThanOrEqual(2);
      const ownId = async (bridge: string) =>
        /^uuid=(.*)$/m.exec(await host.readFile(path.replace("lan.", `kvmnet-bridge-${bridge}.`)))?.[1];
      const isOn = async (bridge: string) => {
        expect(await profileOf(host, bridge)).toBe(await ownId(bridge));
        const addresses = await host.addresses();
        expect(addresses).toMatch(new RegExp(`^${bridge} .*192.0.2.100/24`, "m"));
        expect(addresses).not.toMatch(/^enp1s0 .*192/m);
        const route = `^default via 192\\.0\\.2\\.1 dev ${bridge}`;
        expect(await host.must(["ip", "route"])).toMatch(new RegExp(route, "m"));
        expect(await host.must(["getent", "hosts", "router.lab.test"])).toContain("192.0.2.1");
      };
      await isOn("br0");
      expect(await host.readFile(path)).toBe(byInstaller);
      expect(await succeeds(stack.refresh())).not.toMatch(/drift|warning/i);
      await succeeds(stack.up(["--expect-no-changes"]));

      await host.must(["systemctl", "restart", "NetworkManager"]);
      await isOn("br0");
      await host.reboot();
      await isOn("br0");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
    },
    300 * seconds,
  );
});
