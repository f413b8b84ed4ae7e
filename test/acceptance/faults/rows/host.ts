import { succeeds } from "../../../lab/succeeds";
import { deadGateway, type Fault, gatewayDied, lift, readOnly, tapInBridge, vm } from "../fault";

/** One file system for the files and the transaction, as on a real host, and small enough to fill. */
const smallDisk = `mkdir -p /mnt/small /var/lib/kvmnet && mount -t tmpfs -o size=2m tmpfs /mnt/small &&
  cp -a /etc/netplan /mnt/small/netplan && mkdir -m 700 /mnt/small/kvmnet &&
  mount --bind /mnt/small/netplan /etc/netplan && mount --bind /mnt/small/kvmnet /var/lib/kvmnet`;
const fill = "dd if=/dev/zero of=/mnt/small/full bs=4k 2>/dev/null || true";
/** On another NIC: what becomes of a port's own keys is known before netplan is asked. */
const broken = "printf 'network:\\n  ethernets:\\n    enp2s0:\\n      no-such-key: 1\\n' >/etc/netplan/99-broken.yaml";

export const hostFaults: readonly Fault[] = [
  {
    name: "disk full",
    inMemory: true,
    prepare: async (scene) => void (await scene.sh(smallDisk)),
    strike: fill,
    over: async (scene) => void (await scene.sh("rm -f /mnt/small/full")),
    cells: [
      { at: "armed", ends: "rolled back", says: /No space left/ },
      { at: "before", ends: "refused", says: /[Nn]othing was changed.*(No space left|full)/s },
      { at: "applied", ends: "confirmed" },
    ],
    otherwise: "in between it is by chance what is written already",
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
    otherwise: "while it applies, it is by chance what is written already; after that nothing is written there",
  },
  {
    name: "networkd killed",
    strike: "systemctl kill -s KILL systemd-networkd",
    cells: [
      { at: "armed", ends: "confirmed" },
      { at: "applied", ends: "confirmed" },
      { at: "verified", ends: "confirmed" },
    ],
    otherwise: "confirmed, networkd goes on alone; before, it is up again by then",
  },
  {
    name: "netplan made invalid",
    strike: (step) => (step === "applied" ? `${broken}; ${deadGateway}` : broken),
    over: async (scene) =>
      void (await scene.sh("rm /etc/netplan/99-broken.yaml; nft delete table inet wall 2>/dev/null; true")),
    cells: [
      // Whichever is looked at first.
      {
        ...{ at: "applied", ends: "rolled back" },
        says: new RegExp(`${gatewayDied.source}|netplan does not take the files any more: .*no-such-key`, "s"),
      },
      { at: "before", ends: "refused", says: /nothing was changed: netplan does not take .*no-such-key/s },
      { at: "armed", ends: "rolled back", says: /no-such-key/ },
    ],
    otherwise: "once verified, netplan is not asked again",
  },
  {
    name: "libvirtd restarted",
    // Not waited for: at times it takes 30 s to stop.
    strike: "systemctl --no-block restart libvirtd",
    cells: [
      { at: "applying", ends: "confirmed" },
      { at: "applied", ends: "confirmed" },
    ],
    otherwise: "armed, it would be up again by then; verified, nobody asks it any more",
  },
  {
    name: "libvirtd hangs",
    strike: "systemctl kill --signal=STOP libvirtd",
    over: async (scene) => void (await scene.sh("systemctl kill --signal=CONT libvirtd")),
    cells: [
      { at: "applied", ends: "confirmed" },
      { at: "armed", ends: "confirmed" },
    ],
    otherwise: "before, what is on the host is not known; from the confirmation on nobody waits for it in a change",
  },
  {
    name: "VM started",
    prepare: async ({ host }) => void (await host.startGuest({ ...vm, running: false })),
    // The gateway first: a change is confirmed in less time than a VM takes to start.
    strike: `${deadGateway}; virsh start web`,
    adds: /vnet\d/,
    over: lift,
    // A VM that starts may take the window's time.
    cells: [
      {
        at: "applied",
        ends: "rolled back",
        says: new RegExp(`${gatewayDied.source}|could not be asked any more in time`),
      },
    ],
    planned: tapInBridge,
    otherwise: "on a bridge that is not there, a VM does not start",
  },
  {
    name: "VM stopped",
    prepare: async (scene) => {
      expect(await scene.stack.up()).toMatchObject({ code: 0 });
      await scene.host.startGuest(vm);
      await scene.configure({ mtu: 1400 });
    },
    strike: "virsh destroy web",
    cells: [
      { at: "armed", ends: "confirmed" },
      { at: "applying", ends: "confirmed" },
      { at: "verified", ends: "confirmed" },
    ],
    otherwise: "before, it does not run; the way back without it is the row of the one that was started",
  },
  {
    name: "sudo refused half-way",
    connection: { user: "admin", sudo: true },
    strike: "mv /etc/sudoers.d/admin /root/sudoers",
    over: async (scene) => void (await scene.sh("mv /root/sudoers /etc/sudoers.d/admin")),
    cells: [
      { at: "armed", ends: "rolled back", says: /sudo|not confirmed within 10 s/ },
      { at: "applied", ends: "rolled back", says: /sudo|not confirmed within 10 s/ },
    ],
    otherwise: "before, the host is refused; a confirmation that has come is root's already",
  },
  {
    name: "way back cut short",
    strike: `${readOnly}; ${deadGateway}`,
    outside: async (scene) => {
      await scene.sh("until grep -qx incomplete /var/lib/kvmnet/armed/transaction/state; do sleep 0.1; done");
      await scene.sh("umount /etc/netplan");
      await lift(scene);
    },
    within: 75_000,
    cells: [{ at: "applied", ends: "rolled back", says: gatewayDied }],
    otherwise: "before, nothing is written yet; confirmed, nobody goes back",
  },
  {
    name: "nothing brings it back",
    prepare: (scene) => scene.configure({ confirm: { timeout: scene.window, rebootAsLastResort: true } }),
    strike: `${readOnly}; ${deadGateway}`,
    outside: ({ host }) => host.restartsItself(),
    restarts: true,
    cells: [{ at: "applied", ends: "rolled back", says: gatewayDied }],
    otherwise: "before, nothing is written yet; confirmed, nobody goes back",
  },
  {
    name: "way back killed",
    // Each of its units, as soon as it goes back, for longer than the window: after that it tries again by itself.
    strike: `${deadGateway}; systemd-run --quiet sh -c 'end=$(($(date +%s) + 14)); while [ "$(date +%s)" -lt "$end" ]; do
      ! grep -qs rolling-back /var/lib/kvmnet/transactions/*/state || systemctl kill --signal=KILL "kvmnet-*.service" 2>/dev/null
      sleep 0.01
    done'`,
    over: lift,
    within: 60_000,
    cells: [{ at: "applied", ends: "rolled back" }],
    otherwise: "it goes back after that alone",
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
      const stdout = await succeeds(stack.destroy());
      expect(stdout).toMatch(/01-netcfg\.yaml was changed by hand since/);
      expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toMatch(/# mine.*wakeonlan: true.*192\.0\.2\.100/s);
      expect(await host.addresses()).toMatch(/^enp1s0 .*192\.0\.2\.100\/24/m);
    },
    otherwise: "a hand that edits during a change is the row of an invalid file",
  },
  {
    name: "hand-made br0",
    strike: "ip link add br0 type bridge",
    over: async (scene) => void (await scene.sh("ip link del br0")),
    cells: [{ at: "before", ends: "refused", says: /the host has an interface br0 already/ }],
    otherwise: "once armed, networkd has made br0 itself",
  },
];
