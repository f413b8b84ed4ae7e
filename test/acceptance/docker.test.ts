import type { Guest } from "../lab/guest";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

/** No image is ever run: what dockerd does to the packet filter is the point. Its own bridge is in a documentation range. */
const files = { "/etc/docker/daemon.json": `{ "storage-driver": "vfs", "bip": "203.0.113.1/24" }\n` };
const vms = { web: { host: "kvm1", nics: { lan: { network: "lan" } } } };
const hosts = { kvm1: { bridge: {}, networks: { lan: {} } } };

describe.each(releasesFor(__filename))("Docker's own package on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let stack: HomelabStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, extras: true, files });
    web = await host.startGuest({ name: "web" });
    stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts, vms } });
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const vmIsReached = async () => {
    const address = await web.waitForAddress();
    return (await lan.engine.run(["ping", "-c", "3", "-i", "0.3", "-W", "1", address])).code === 0;
  };
  const rules = () =>
    host.must(["sh", "-c", "iptables-save -t filter; cat /proc/sys/net/bridge/bridge-nf-call-iptables"]);
  /** Where the test would prove nothing: dockerd has not made the chain drop, or bridged frames do not get there. */
  const expectDockerFilters = async () => {
    expect(await rules()).toMatch(/^:FORWARD DROP[\s\S]*^-A FORWARD -j DOCKER-USER$[\s\S]*^1$/m);
    expect(await host.must(["systemctl", "is-active", "docker"])).toBe("active\n");
  };

  test(
    "kvmnet first: the VM is reached when dockerd has started, and started again",
    async () => {
      await succeeds(stack.up());
      expect(await vmIsReached()).toBe(true);
      await host.must(["systemctl", "enable", "--now", "docker"]);
      await expectDockerFilters();
      expect(await vmIsReached()).toBe(true);
      await host.must(["systemctl", "restart", "docker"]);
      await expectDockerFilters();
      expect(await vmIsReached()).toBe(true);
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    300 * seconds,
  );

  test(
    "it holds after a reboot",
    async () => {
      await host.reboot();
      await web.boot();
      await expectDockerFilters();
      expect(await vmIsReached()).toBe(true);
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    180 * seconds,
  );

  test(
    "rules that are flushed make the VM deaf, are drift, and the next up puts them back",
    async () => {
      await host.must(["sh", "-euc", "iptables-save | grep -v 'kvmnet br0' | iptables-restore"]);
      expect(await vmIsReached()).toBe(false);
      const preview = await succeeds(stack.preview(["--diff"]));
      expect(preview).toContain("what br0 forwards between its ports is dropped by iptables-nft FORWARD: policy drop");
      await succeeds(stack.up());
      expect(await vmIsReached()).toBe(true);
      await expectDockerFilters();
    },
    120 * seconds,
  );

  test(
    "Docker first: up makes the bridge, and the VM gets its address through it",
    async () => {
      await succeeds(stack.destroy());
      expect(await rules()).not.toContain("kvmnet");
      await expectDockerFilters();
      await succeeds(stack.up());
      expect((await stack.outputs()).vms.web.lan.ipAddresses).toEqual([await web.waitForAddress()]);
      expect(await vmIsReached()).toBe(true);
      await expectDockerFilters();
    },
    180 * seconds,
  );
});
