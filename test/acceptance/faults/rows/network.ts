import type { Host } from "../../../lab/host";
import {
  deadGateway,
  type Fault,
  gatewayDied,
  held,
  lift,
  noOutgoing,
  tapInBridge,
  vm,
  wall,
  whileHeld,
} from "../fault";
import type { Scene } from "../scene";

/** dnsmasq gives none that it has leased to another client: to this MAC address, but with another release's DHCP identity. */
const anotherAddress = ({ release }: Scene) => (release === "bookworm" ? "192.0.2.140" : "192.0.2.141");
const macOf = async (host: Host) => (await host.readFile("/sys/class/net/enp1s0/address")).trim();

export const networkFaults: readonly Fault[] = [
  {
    name: "SSH port firewalled",
    strike: wall,
    over: lift,
    cells: [
      { at: "applying", ends: "rolled back", says: /not confirmed within 10 s/ },
      { at: "applied", ends: "rolled back", says: /not confirmed within 10 s/ },
      { at: "verified", ends: "rolled back", says: /not confirmed within 10 s/ },
      { at: "confirming", ends: "confirmed" },
      { at: "confirmed", ends: "confirmed" },
    ],
    otherwise: "before, the host is not reached at all; armed is let go on, as applying",
  },
  {
    name: "gateway dead before",
    strike: deadGateway,
    over: lift,
    cells: [{ at: "before", ends: "confirmed" }],
    otherwise: "it is dead before",
  },
  {
    name: "gateway dies",
    strike: deadGateway,
    over: lift,
    cells: [
      { at: "applying", ends: "rolled back", says: gatewayDied },
      { at: "armed", ends: "rolled back", says: gatewayDied },
      { at: "applied", ends: "rolled back", says: gatewayDied },
    ],
    otherwise: "once the probes are asked for, it is by chance whether one still gets its answer",
  },
  {
    name: "a probe of the user's fails",
    // The one that fails before as well is not demanded.
    prepare: (scene) =>
      scene.configure({
        confirm: {
          timeout: scene.window,
          probes: [
            { tcp: "192.0.2.1:53" },
            { ping: "192.0.2.10" },
            { dns: "router.lab.test" },
            { tcp: "192.0.2.10:9" },
          ],
        },
      }),
    strike: noOutgoing("tcp dport 53"),
    over: lift,
    cells: [
      { at: "armed", ends: "rolled back", says: /192\.0\.2\.1 takes no connection on port 53\n/ },
      { at: "applied", ends: "rolled back", says: /192\.0\.2\.1 takes no connection on port 53\n/ },
    ],
    otherwise: "as with the gateway",
  },
  {
    name: "host key changed",
    prepare: async (scene) =>
      void (await scene.sh(
        "cp -a /etc/ssh /root/ssh; mkdir /root/new; ssh-keygen -qt ed25519 -N '' -f /root/new/ssh_host_ed25519_key",
      )),
    strike: `: >/run/lab-struck; cp /root/new/* /etc/ssh/; systemctl reload ssh
      until ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null | grep -qF "$(cut -d' ' -f2 /root/new/ssh_host_ed25519_key.pub)"; do sleep 0.05; done`,
    over: async (scene) => void (await scene.sh("cp -a /root/ssh/ssh_host* /etc/ssh/; systemctl reload ssh")),
    cells: [{ at: "armed", ends: "rolled back", says: /host key is not the one that is known/ }],
    otherwise: "from then on as SSH firewalled: the connection that is there goes on",
  },
  {
    name: "gateway dies, VMs on the bridge",
    prepare: async (scene) => {
      expect(await scene.stack.up()).toMatchObject({ code: 0 });
      await scene.host.startGuest(vm);
      await scene.configure({ mtu: 1400 });
    },
    strike: deadGateway,
    over: lift,
    cells: [{ at: "applied", ends: "rolled back", says: gatewayDied }],
    planned: tapInBridge,
    otherwise: "as without VMs",
  },
  {
    name: "DHCP server silent",
    addressing: "dhcp",
    strike: (step) => (step === "armed" ? held : "true"),
    outside: whileHeld(({ lan }) => lan.dhcp.silence()),
    over: async (scene) => {
      // While it is silent still.
      await scene.answersSsh(2000);
      await scene.lan.dhcp.speak();
    },
    cells: [
      { at: "armed", ends: "rolled back", says: /br0 has no DHCP lease/ },
      { at: "verified", ends: "confirmed" },
    ],
    otherwise: "while it applies, it is by chance whether the bridge has its lease already; then it needs no server",
  },
  {
    name: "DHCP gives another address",
    addressing: "dhcp",
    strike: held,
    outside: whileHeld(async (scene) => scene.lan.dhcp.reserve(await macOf(scene.host), anotherAddress(scene))),
    over: async (scene) => {
      const { host, stack } = scene;
      host.address = anotherAddress(scene);
      const connection = { host: host.address, user: "root", hostKey: host.hostKey };
      await stack.configure({ hosts: { kvm1: { connection, bridge: { confirm: { timeout: 10 } } } } });
    },
    cells: [{ at: "armed", ends: "confirmed", says: /the host is reached at 192\.0\.2\.14[01] from now on/ }],
    after: async ({ lan, host }) => lan.dhcp.unreserve(await macOf(host)),
    otherwise: "a server is asked once in a change",
  },
  {
    name: "another machine at the address",
    within: 15_000, // with the other machine's end
    strike: "true",
    outside: async ({ lan, host }) => {
      await host.isolate();
      await using _ = await lan.startHost({ name: "kvm9", addressing: { address: "192.0.2.100/24" } });
      // Until the host has gone back by itself.
      const over = "while [ -e /var/lib/kvmnet/armed ]; do sleep 0.05; done";
      await host.must(["timeout", "30", "sh", "-c", over]);
    },
    over: async ({ lan, host }) => {
      await host.rejoin();
      await lan.engine.run(["ip", "neigh", "flush", "dev", "lan0"]);
    },
    cells: [
      { at: "applied", ends: "rolled back", says: /host key is not the one|the host's own log/i },
      { at: "applying", ends: "rolled back", says: /host key is not the one|the host's own log/i },
    ],
    otherwise: "before, the host key is refused; once the engine is back on the host it is as SSH firewalled",
  },
];
