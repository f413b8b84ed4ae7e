import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { releasesFor } from "../lab/releases";

const seconds = 1000;
const wrong = "192.0.2.77";

/** The engine stands behind the router: from there, a host with a wrong gateway does not answer. */
describe.each(releasesFor(__filename))("a bridge with a gateway that is none, on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;
  let before: string;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
    const addressing = {
      addresses: ["192.0.2.100/24"],
      routes: [{ to: "default", via: wrong }],
      nameservers: ["192.0.2.1"],
    };
    stack = await HomelabStack.start({
      lan,
      hosts: [host],
      place: lan.engineFar,
      config: {
        hosts: { kvm1: { bridge: { addressing, confirm: { timeout: 12 } }, networks: { lan: {} } } },
        vms: { web: { host: "kvm1", nics: { lan: { network: "lan" } } } },
      },
    });
    before = await networkPicture(host);
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const expectAsBefore = async () => {
    expect(await settledPicture(host, before)).toBe(before);
    expect(await host.must(["virsh", "net-list", "--all", "--name"])).not.toContain("lan");
    expect((await host.ssh(["true"], { from: lan.engineFar })).code).toBe(0);
    expect(await stack.resources()).toEqual([]);
  };

  test(
    "and does not even answer ARP: nothing is changed",
    async () => {
      const { code, stdout } = await stack.up();
      expect(code).not.toBe(0);
      expect(stdout).toContain(`nothing was changed: the gateway ${wrong} does not answer ARP`);
      await expectAsBefore();
    },
    120 * seconds,
  );

  test(
    "but answers ARP: the host goes back by itself, and up fails with the probe and the host's own log",
    async () => {
      await using _ = await lan.standIn({ address: wrong, answers: "arp-only" });
      const { code, stdout } = await stack.up();
      expect(code).not.toBe(0);
      expect(stdout).toContain("the change was rolled back, the host is as before");
      expect(stdout).toContain(`not confirmed within 12 s; the gateway ${wrong} does not answer ping`);
      expect(stdout).toContain("state: rolled-back");
      await expectAsBefore();
    },
    180 * seconds,
  );

  test(
    "seen from the LAN, where the host still answers: the probe of the gateway fails, the host goes back",
    async () => {
      await using _ = await lan.standIn({ address: wrong, answers: "arp-only" });
      const addressing = {
        addresses: ["192.0.2.100/24"],
        routes: [{ to: "default", via: wrong }],
        nameservers: ["192.0.2.1"],
      };
      await using near = await HomelabStack.start({
        lan,
        hosts: [host],
        config: { hosts: { kvm1: { bridge: { addressing } } } },
      });
      const { code, stdout } = await near.up();
      expect(code).not.toBe(0);
      expect(stdout).toContain(`the gateway ${wrong} does not answer ping`);
      await expectAsBefore();
    },
    180 * seconds,
  );
});
