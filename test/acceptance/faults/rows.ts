import { HomelabStack } from "../../lab/homelabStack";
import { deadGateway, type Fault, lift, noOutgoing, wall } from "./fault";
import type { Scene } from "./scene";

const gatewayDied = /the gateway 192\.0\.2\.1 does not answer ping/;
const restarted = /the host restarted before the change was confirmed/;
/** Frozen where it is: a power cut comes from outside, and that takes a moment. */
const freeze = `${wall}; systemctl kill -s STOP 'kvmnet-apply-*' || true`;
/** One file system for the files and the transaction, as on a real host, and small enough to fill. */
const smallDisk = `mkdir -p /mnt/small /var/lib/kvmnet && mount -t tmpfs -o size=2m tmpfs /mnt/small &&
  cp -a /etc/netplan /mnt/small/netplan && mkdir -m 700 /mnt/small/kvmnet &&
  mount --bind /mnt/small/netplan /etc/netplan && mount --bind /mnt/small/kvmnet /var/lib/kvmnet`;
const fill = "dd if=/dev/zero of=/mnt/small/full bs=4k 2>/dev/null || true";
const readOnly = "mount --bind /etc/netplan /etc/netplan && mount -o remount,ro,bind /etc/netplan";
const broken = "printf 'network:\\n  ethernets:\\n    enp1s0:\\n      no-such-key: 1\\n' >/etc/netplan/99-broken.yaml";

/** Past the wall for a moment: the engine's packets wait, and none is lost for good. */
const paused = (action: (scene: Scene) => void | Promise<void>) => async (scene: Scene) => {
  await action(scene);
  await lift(scene);
};

const vm = { name: "web", nic: { bridge: "br0" } };
const tapInBridge = async (scene: Scene) => {
  expect(await scene.picture()).toMatch(/vnet\d+ in \.\.\/br0/);
};

export const rows: readonly Fault[] = [
  {
    name: "power cut",
    strike: freeze,
    outside: ({ host }) => host.reboot({ hard: true }),
    cells: [
      { at: "applied", ends: "rolled back", says: restarted },
      { at: "armed", ends: "rolled back", says: restarted },
      { at: "applying", ends: "rolled back", says: restarted },
      { at: "confirming", ends: "rolled back", says: restarted },
      { at: "confirmed", ends: "confirmed" },
    ],
  },
  {
    name: "orderly reboot",
    strike: wall,
    outside: ({ host }) => host.reboot(),
    cells: [
      { at: "confirming", ends: "rolled back", says: restarted },
      { at: "applying", ends: "rolled back", says: restarted },
      { at: "confirmed", ends: "confirmed" },
    ],
  },
  {
    name: "SSH port firewalled",
    strike: wall,
    over: lift,
    cells: [
      { at: "applying", ends: "rolled back", says: /not confirmed within 10 s/ },
      { at: "applied", ends: "rolled back", says: /not confirmed within 10 s/ },
      { at: "confirming", ends: "rolled back", says: /not confirmed within 10 s/ },
      { at: "confirmed", ends: "confirmed" },
    ],
  },
  {
    name: "engine killed with -9",
    strike: wall,
    outside: paused((scene) => scene.killEngine()),
    cells: [
      { at: "applied", ends: "rolled back" },
      { at: "armed", ends: "rolled back" },
      { at: "applying", ends: "rolled back" },
      { at: "confirming", ends: "rolled back" },
      { at: "confirmed", ends: "confirmed" },
    ],
  },
  {
    name: "plugin killed with -9",
    strike: wall,
    outside: paused((scene) => scene.killPlugin()),
    cells: [
      { at: "confirming", ends: "rolled back", says: /error/ },
      { at: "armed", ends: "rolled back", says: /error/ },
      { at: "applying", ends: "rolled back", says: /error/ },
      { at: "applied", ends: "rolled back", says: /error/ },
    ],
  },
  {
    name: "Ctrl-C",
    strike: wall,
    outside: paused((scene) => scene.ctrlC()),
    within: 3000,
    cells: [
      { at: "applying", ends: "rolled back", says: /rolled back.*cancelled/s },
      { at: "armed", ends: "rolled back", says: /rolled back.*cancelled/s },
      { at: "applied", ends: "rolled back", says: /rolled back.*cancelled/s },
    ],
  },
  {
    name: "gateway dead before",
    strike: deadGateway,
    over: lift,
    cells: [{ at: "before", ends: "confirmed" }],
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
  },
  {
    name: "disk full",
    prepare: async (scene) => void (await scene.sh(smallDisk)),
    strike: fill,
    over: async (scene) => void (await scene.sh("rm -f /mnt/small/full")),
    cells: [
      { at: "armed", ends: "rolled back", says: /No space left/ },
      { at: "before", ends: "refused", says: /[Nn]othing was changed.*(No space left|full)/s },
      { at: "applied", ends: "confirmed" },
    ],
  },
  {
    name: "/etc/netplan read-only",
    strike: readOnly,
    over: async (scene) => void (await scene.sh("umount /etc/netplan")),
    cells: [
      { at: "armed", ends: "rolled back", says: /Read-only file system/ },
      { at: "before", ends: "refused", says: /nothing was changed: \/etc\/netplan .*read-only/ },
      { at: "applied", ends: "confirmed" },
    ],
  },
  {
    name: "networkd killed",
    strike: "systemctl kill -s KILL systemd-networkd",
    cells: [
      { at: "applied", ends: "confirmed" },
      { at: "armed", ends: "confirmed" },
      { at: "confirming", ends: "confirmed" },
    ],
  },
  {
    name: "netplan made invalid",
    strike: (step) => (step === "applied" ? `${broken}; ${deadGateway}` : broken),
    over: async (scene) =>
      void (await scene.sh("rm /etc/netplan/99-broken.yaml; nft delete table inet wall 2>/dev/null; true")),
    cells: [
      { at: "applied", ends: "rolled back", says: gatewayDied },
      { at: "before", ends: "refused", says: /nothing was changed: netplan does not take .*no-such-key/s },
      { at: "armed", ends: "rolled back", says: /no-such-key/ },
    ],
  },
  {
    name: "second up in the window",
    window: 60,
    strike: ": >/run/lab-struck; until [ -e /run/lab-go ]; do sleep 0.02; done",
    outside: async ({ lan, host, stack }) => {
      await using second = await HomelabStack.start({ lan, hosts: [host], config: stack.config });
      const { code, stdout } = await second.up();
      await host.must(["touch", "/run/lab-go"]);
      expect(stdout).toMatch(/another change of this host's network is under way/);
      expect(code).not.toBe(0);
    },
    cells: [{ at: "armed", ends: "confirmed" }],
  },
  {
    name: "left behind armed",
    strike: wall,
    outside: paused(async (scene) => {
      scene.killPlugin();
      await scene.killEngine();
      await scene.sh("systemctl stop 'kvmnet-rollback-*.timer'");
    }),
    endedByNextUp: true,
    nextSays: /left behind/,
    cells: [
      { at: "applied", ends: "rolled back" },
      { at: "armed", ends: "rolled back" },
    ],
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
  },
  {
    name: "libvirtd restarted",
    strike: "systemctl restart libvirtd",
    cells: [
      { at: "applying", ends: "confirmed" },
      { at: "applied", ends: "confirmed" },
    ],
  },
  {
    name: "VM started",
    prepare: async ({ host }) => void (await host.startGuest({ ...vm, running: false })),
    strike: `virsh start web; ${deadGateway}`,
    over: lift,
    cells: [{ at: "applied", ends: "rolled back", says: gatewayDied }],
    after: tapInBridge,
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
    after: tapInBridge,
  },
  {
    name: "hand edits since the last up",
    prepare: async (scene) => {
      expect(await scene.stack.up()).toMatchObject({ code: 0 });
      await scene.sh(
        "printf '# mine\\nnetwork:\\n  ethernets:\\n    enp1s0:\\n      wakeonlan: true\\n' >/etc/netplan/01-netcfg.yaml",
      );
      await scene.configure({ mtu: 1400 });
    },
    cells: [{ at: "before", ends: "confirmed" }],
    after: async ({ stack, host }) => {
      const edited = await host.readFile("/etc/netplan/01-netcfg.yaml");
      expect(edited).toMatch(/# mine.*wakeonlan: true/s);
      const { code, stdout } = await stack.destroy();
      expect({ code, said: code === 0 ? "" : stdout }).toEqual({ code: 0, said: "" });
      expect(stdout).toMatch(/01-netcfg\.yaml was changed by hand since/);
      expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toMatch(/# mine.*wakeonlan: true.*192\.0\.2\.100/s);
      expect(await host.addresses()).toMatch(/^enp1s0 .*192\.0\.2\.100\/24/m);
    },
  },
  {
    name: "hand-made br0",
    strike: "ip link add br0 type bridge",
    over: async (scene) => void (await scene.sh("ip link del br0")),
    cells: [{ at: "before", ends: "refused", says: /the host has an interface br0 already/ }],
  },
];
