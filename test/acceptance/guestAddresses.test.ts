import type { Guest } from "../lab/guest";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

/** A guest without an agent, to which the host itself never speaks: nobody tells of its addresses but itself. */
describe.each(releasesFor(__filename))("a guest's address on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let stack: HomelabStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release });
    web = await host.startGuest({ name: "web" });
    const vms = { web: { host: "kvm1", nics: { lan: { network: "lan" } } } };
    stack = await HomelabStack.start({
      lan,
      hosts: [host],
      config: { hosts: { kvm1: { bridge: {}, networks: { lan: {} } } }, vms },
    });
    await succeeds(stack.up());
  }, 300 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const known = async () => (await stack.outputs()).vms.web.lan.ipAddresses;

  test(
    "that is another one now takes the place of the stale one, and stays while the VM is off",
    async () => {
      const [before] = await known();
      expect(await web.addresses()).toContain(before);
      await web.must(["sh", "-c", "killall udhcpc; ip address flush dev eth0; ip address add 192.0.2.77/24 dev eth0"]);
      await succeeds(stack.up());
      expect(await known()).toEqual(["192.0.2.77"]);
      // It was asked, and the host's own table has nothing of that.
      expect(await host.must(["ip", "neigh"])).not.toContain("192.0.2.77");
      await host.must(["virsh", "destroy", "web"]);
      await succeeds(stack.up(["--expect-no-changes"]));
      expect(await known()).toEqual(["192.0.2.77"]);
    },
    120 * seconds,
  );
});
