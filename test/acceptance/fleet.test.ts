import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { strikeAt } from "../lab/strike";
import { succeeds } from "../lab/succeeds";
import { deadGateway, lifted } from "../lab/wall";

const seconds = 1000;
const names = ["kvm1", "kvm2", "kvm3"] as const;

describe("a rollout to three hosts, of which the second wave's goes back", () => {
  let lan: Lan;
  let hosts: readonly Host[];
  let stack: HomelabStack;
  let before: readonly string[];

  beforeAll(async () => {
    lan = await Lan.start();
    const starts = names.map((name, index) =>
      lan.startHost({
        ...{ name, addressing: { address: `192.0.2.${101 + index}/24` } },
        release: name === "kvm2" ? "trixie" : "bookworm",
      }),
    );
    hosts = await Promise.all(starts);
    const config = names.map((name) => [name, { bridge: { confirm: { timeout: 20 } } }]);
    stack = await HomelabStack.start({
      ...{ lan, hosts },
      config: { hosts: Object.fromEntries(config), rollout: { canary: "kvm3", waves: 1 } },
    });
    before = await Promise.all(hosts.map((host) => networkPicture(host)));
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const bridged = async () => {
    const links = await Promise.all(hosts.map((host) => host.must(["ip", "-o", "link"])));
    return names.filter((_, index) => / br0: /.test(links[index] ?? ""));
  };
  const expectAsBefore = async (index: number) => {
    const was = before[index] as string;
    expect(await settledPicture(hosts[index] as Host, was)).toBe(was);
  };

  test(
    "the canary keeps its bridge, the one that goes back is as before, the last one is never touched, and both are named",
    async () => {
      const { struck } = await strikeAt(hosts[0] as Host, "applied", deadGateway);
      const { code, stdout } = await stack.up();
      await struck;
      expect(code).not.toBe(0);
      await hosts[0]?.must(lifted);
      expect(stdout).toContain(
        "rollout: kvm3; then kvm1; then kvm2. The first host that goes back leaves those of later",
      );
      expect(stdout).toContain(
        "the change was rolled back, the host is as before: the gateway 192.0.2.1 does not answer",
      );
      const told = stdout.slice(stdout.indexOf("Diagnostics:")).match(/(?<=rollout: )now.*/g);
      expect(told).toEqual(["now kvm3; not touched yet: kvm1, kvm2", "now kvm1; not touched yet: kvm2"]);
      expect(await bridged()).toEqual(["kvm3"]);
      await expectAsBefore(0);
      await expectAsBefore(1);
      expect((await hosts[1]?.exec(["ls", "/var/lib/kvmnet/transactions"]))?.code).not.toBe(0);
    },
    300 * seconds,
  );

  test(
    "once its gateway answers, the next up makes the two that are left, and destroy gives all three back",
    async () => {
      expect(await succeeds(stack.up())).toContain("now kvm2; no host comes after");
      expect(await bridged()).toEqual(names);
      await succeeds(stack.preview(["--expect-no-changes"]));
      await succeeds(stack.destroy());
      expect(await bridged()).toEqual([]);
      for (const index of names.keys()) await expectAsBefore(index);
    },
    300 * seconds,
  );
});
