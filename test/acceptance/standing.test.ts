import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { Namespace } from "../lab/namespace";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import type { Place } from "../lab/place";
import { releasesFor } from "../lab/releases";
import { strikeAt } from "../lab/strike";
import { succeeds } from "../lab/succeeds";
import { deadGateway, gatewayDied } from "./faults/fault";

const seconds = 1000;
/** Where the engine stands, what its connection then shows, and the bridge's MTU that it is to make. */
const standings = [
  ["on the host itself", /comes from the host itself \(192\.0\.2\.100\)/, 1400],
  ["in a machine on the bridge that it changes", /comes over guest0, from a machine on the host itself/, 1300],
  ["at the far end of a VPN", /comes over vpn0, not over (br0|enp1s0)/, 1290],
] as const;

/** SSH goes on working for such an engine whatever becomes of the LAN. */
describe.each(releasesFor(__filename))("an engine whose own way is no proof of the LAN, on %s", (release) => {
  let lan: Lan;
  let host: Host;
  const engines = new Map<string, Namespace>();
  /** The stack as it is so far, wherever its engine stood. */
  let state: string;

  const stackAt = (place: Place, bridge: object) =>
    HomelabStack.start({
      ...{ lan, hosts: [host], place },
      config: { hosts: { kvm1: { bridge: { netfilter: false, confirm: { timeout: 12 }, ...bridge } } } },
    });

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
    const [onHost, guest, vpn] = [host.namespace, `kvmnet-${lan.id}-guest`, `kvmnet-${lan.id}-vpn`];
    engines.set(standings[0][0], Namespace.at(onHost));
    for (const [standing, name, there, address, gateway] of [
      [standings[1][0], guest, "guest0", "192.0.2.66/24", "192.0.2.1"],
      [standings[2][0], vpn, "vpn0", "198.51.100.130/30", "198.51.100.129"],
    ] as const) {
      const place = await Namespace.create(name);
      // udev makes its MAC address from its name.
      const inside = `${there}-in`;
      engines.set(standing, place);
      await host.must(["ip", "link", "add", "name", there, "type", "veth", "peer", "name", inside]);
      await Namespace.at(onHost).must(["ip", "link", "set", "dev", inside, "netns", name]);
      await host.must(["ip", "link", "set", "dev", there, "up"]);
      await place.must(["ip", "address", "add", address, "dev", inside]);
      await place.must(["ip", "link", "set", "dev", inside, "up"]);
      await place.must(["ip", "route", "add", "default", "via", gateway]);
    }
    await host.must(["ip", "address", "add", "198.51.100.129/30", "dev", "vpn0"]);
    await using stack = await stackAt(lan.engine, {});
    await succeeds(stack.up());
    state = await stack.exportState();
    await host.must(["ip", "link", "set", "dev", "guest0", "master", "br0"]);
  }, 900 * seconds);

  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  test.each(standings)(
    "%s: the preview says so, the gateway has to answer, and where it dies the change is undone",
    async (standing, words, mtu) => {
      const engine = engines.get(standing);
      if (!engine) throw new Error("no such engine");
      await using stack = await stackAt(Object.assign(engine, { address: host.address }), { mtu });
      await stack.importState(state);
      const preview = await succeeds(stack.preview());
      expect(preview).toMatch(words);
      expect(preview).toMatch(
        /proves nothing of the LAN behind (enp1s0|br0)\. One of these must answer, .*192\.0\.2\.1/,
      );
      expect(preview).not.toMatch(/One of these must answer[^\n]*192\.0\.2\.66/);

      const before = await networkPicture(host);
      const { struck } = await strikeAt(host, "applied", deadGateway);
      const failing = stack.up();
      await struck;
      const { code, stdout } = await failing;
      expect(code).not.toBe(0);
      expect(stdout).toMatch(gatewayDied);
      await host.must(["nft", "delete", "table", "inet", "wall"]);
      expect(await settledPicture(host, before)).toBe(before);

      await succeeds(stack.up());
      expect(await host.must(["cat", "/sys/class/net/br0/mtu"])).toBe(`${mtu}\n`);
      state = await stack.exportState();
    },
    180 * seconds,
  );
});
