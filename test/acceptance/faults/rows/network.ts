import { deadGateway, type Fault, gatewayDied, lift, noOutgoing, tapInBridge, vm, wall } from "../fault";

export const networkFaults: readonly Fault[] = [
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
];
