import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { strikeAt } from "../lab/strike";

const seconds = 1000;

/** Whatever strikes while the network changes: the host is at its address afterwards, and the next up needs no help. */
describe.each(["bookworm", "trixie"] as const)("during a change of the network on Debian %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;
  let before: string;

  const state = async () => `${await host.addresses()}${await host.must(["ip", "route"])}`;

  beforeAll(async () => {
    lan = await Lan.start();
  }, 900 * seconds);

  beforeEach(async () => {
    host = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
    stack = await HomelabStack.start({
      lan,
      hosts: [host],
      config: { hosts: { kvm1: { bridge: { confirm: { timeout: 10 } } } } },
    });
    before = await state();
  }, 60 * seconds);

  afterEach(async () => {
    await stack[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
  }, 60 * seconds);

  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  /** As before in the kernel and on disk, nothing armed, and a reboot changes nothing. */
  async function expectRolledBack(): Promise<void> {
    const gone = "until [ ! -e /var/lib/kvmnet/armed ]; do sleep 0.05; done";
    await host.must(["timeout", "20", "sh", "-c", gone]);
    await host.must(["timeout", "10", "sh", "-c", 'until ip route | grep -q "^default.*enp1s0"; do sleep 0.05; done']);
    expect(await state()).toBe(before);
    expect(await host.must(["ls", "/etc/netplan"])).toBe("01-netcfg.yaml\n");
    expect(await host.must(["ls", "/etc/systemd/system", "/etc/systemd/system/sysinit.target.wants"])).not.toContain(
      "kvmnet",
    );
    expect(await host.ssh(["true"])).toMatchObject({ code: 0 });
  }

  async function expectNextUpConverges(): Promise<void> {
    const { code, stdout, stderr } = await stack.up();
    expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
    expect(await host.must(["ip", "-br", "-4", "address", "show", "dev", "br0"])).toContain("192.0.2.100/24");
  }

  test(
    "a power cut before the confirmation: the host boots with its old configuration",
    async () => {
      const up = stack.up();
      await strikeAt(host, "applied", "sync; echo struck");
      await host.reboot({ hard: true });
      const { code, stdout } = await up;
      expect(code).not.toBe(0);
      expect(stdout).toContain("the host restarted before the change was confirmed");
      await expectRolledBack();
      await expectNextUpConverges();
    },
    180 * seconds,
  );

  test(
    "the SSH port is firewalled once the change is applied: the host goes back within its window",
    async () => {
      const wall =
        "nft add table inet wall; nft 'add chain inet wall in { type filter hook input priority 0; }'; nft add rule inet wall in tcp dport 22 drop";
      const [{ code, stdout }] = await Promise.all([
        stack.up(),
        strikeAt(host, "applying", wall).then(async () => {
          await host.must([
            "timeout",
            "20",
            "sh",
            "-c",
            "until grep -qsx rolled-back /var/lib/kvmnet/transactions/*/state; do sleep 0.05; done",
          ]);
          await host.must(["nft", "delete", "table", "inet", "wall"]);
        }),
      ]);
      expect(code).not.toBe(0);
      expect(stdout).toContain("not confirmed within 10 s");
      await expectRolledBack();
      await expectNextUpConverges();
    },
    180 * seconds,
  );

  test(
    "netplan does not take the result: nothing is changed, and its words are shown",
    async () => {
      await host.writeFile(
        "/etc/netplan/99-broken.yaml",
        "network:\n  ethernets:\n    enp1s0:\n      no-such-key: 1\n",
      );
      const { code, stdout } = await stack.up();
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/nothing was changed: netplan does not take the new configuration:[\s\S]*no-such-key/);
      await host.must(["rm", "/etc/netplan/99-broken.yaml"]);
      await expectRolledBack();
      await expectNextUpConverges();
    },
    180 * seconds,
  );
});
