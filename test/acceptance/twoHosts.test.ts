import { HomelabStack } from "../lab/homelabStack";
import { Lan } from "../lab/lan";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

test(
  "two hosts in one stack are bridged side by side, each with the release it has",
  async () => {
    await using lan = await Lan.start();
    const [kvm1, kvm2] = await Promise.all([
      lan.startHost({ name: "kvm1", release: "bookworm" }),
      lan.startHost({ name: "kvm2", release: "trixie", addressing: { address: "192.0.2.102/24" } }),
    ]);
    await kvm2.startGuest({ name: "db" });
    await using stack = await HomelabStack.start({
      lan,
      hosts: [kvm1, kvm2],
      config: {
        hosts: { kvm1: { bridge: {} }, kvm2: { bridge: { name: "lan0" }, networks: { lan: {} } } },
        vms: { db: { host: "kvm2", nics: { lan: { network: "lan" } } } },
      },
    });
    await succeeds(stack.up());
    expect(await kvm1.must(["ip", "-br", "-4", "address", "show", "dev", "br0"])).toContain(kvm1.address);
    expect(await kvm2.must(["ip", "-br", "-4", "address", "show", "dev", "lan0"])).toContain("192.0.2.102/24");
    const { vms } = await stack.outputs();
    expect(await lan.engine.run(["ping", "-c", "2", "-W", "2", vms.db.lan.ipAddresses[0]])).toMatchObject({ code: 0 });
    expect(await stack.destroy()).toMatchObject({ code: 0 });
  },
  900 * seconds,
);
