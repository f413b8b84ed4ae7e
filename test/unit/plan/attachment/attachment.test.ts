import type { LibvirtNic } from "../../../../provider/host/facts/libvirt";
import {
  attachmentBy,
  attachmentIn,
  attachmentOf,
  bridgeOf,
  inWords,
  isDirect,
  isThere,
  joinedBridge,
  linkOf,
  movesLive,
  type Place,
  placeOf,
  sameAttachment,
} from "../../../../provider/plan/attachment/attachment";
import { factsWith, link, nic } from "../../support/facts";

const lan = {
  ...{ name: "lan", uuid: "n1", active: true, persistent: true, autostart: true, forward: "bridge" },
  ...{ bridge: "br1", definedBridge: "br1", xml: "", definition: "" },
};
const facts = factsWith({
  links: [link("br0", { kind: "bridge" }), link("enp1s0")],
  libvirt: { silent: false, networks: [lan], domains: [] },
});
const taps = { ...lan, name: "taps", bridge: undefined, definedBridge: undefined, devices: ["enp1s0"] };
const withTaps = { ...facts, libvirt: { silent: false, networks: [lan, taps], domains: [] } };
const mac = "52:54:00:00:00:01";
const onNetwork = nic(mac, { type: "network", network: "lan", bridge: "br0" });
const onBridge = nic(mac, { bridge: "br0" });
const direct = (source: object) =>
  nic(mac, { type: "direct", bridge: undefined, device: "enp1s0", element: { source } });
const onDevice = direct({ "@mode": "bridge" });
const user = nic(mac, { type: "user", bridge: undefined });

describe("What a NIC hangs on", () => {
  it.each([
    ["a network, though libvirt shows the running one's bridge", onNetwork, "network lan", "br1", true],
    ["a bridge", onBridge, "bridge br0", "br0", true],
    ["a bridge that is not there", nic(mac, { bridge: "br7" }), "bridge br7", "br7", false],
    [
      "a network that is not there",
      nic(mac, { type: "network", network: "dmz", bridge: undefined }),
      "network dmz",
      undefined,
      false,
    ],
    ["a NIC of the host's", onDevice, "enp1s0 directly (macvtap, mode bridge)", "enp1s0", true],
    ["nothing that kvmnet knows", user, "of the type user", undefined, true],
  ])("is %s", (_, nic, words, on, there) => {
    const attachment = attachmentOf(nic);
    expect([inWords(attachment), linkOf(facts, attachment), isThere(facts, attachment)]).toEqual([words, on, there]);
  });

  it("is one place in the program's words and in libvirt's", () => {
    const all: Place[] = [{ network: "lan" }, { bridge: "br0" }, { device: "enp1s0", mode: "private" }];
    for (const place of all) expect(placeOf(attachmentIn(place))).toEqual(place);
    expect(sameAttachment(attachmentIn({ network: "lan" }), attachmentOf(onNetwork))).toBe(true);
    expect(sameAttachment(attachmentIn({ bridge: "br0" }), attachmentOf(onNetwork))).toBe(false);
    expect(sameAttachment(attachmentIn({ network: "br0" }), attachmentOf(onBridge))).toBe(false);
    expect(sameAttachment(attachmentIn({ device: "enp1s0" }), attachmentOf(onDevice))).toBe(true);
    // libvirt's own default.
    expect(sameAttachment(attachmentIn({ device: "enp1s0" }), attachmentOf(direct({})))).toBe(false);
  });

  it("is moved live between bridges and networks, and never from or to a macvtap", () => {
    const [lan, taps, br0, private_] = [
      { network: "lan" },
      { network: "taps" },
      { bridge: "br0" },
      { device: "enp1s0", mode: "private" } as const,
    ];
    const onPrivate = direct({ "@mode": "private" });
    const onMacvtaps = nic(mac, { ...onPrivate, network: "taps" });
    const moves = (from: LibvirtNic, to: Place) => movesLive(withTaps, from, attachmentIn(to));
    const yes = [moves(onNetwork, br0), moves(onBridge, lan), moves(onPrivate, private_), moves(onMacvtaps, taps)];
    expect(yes).toEqual([true, true, true, true]);
    const no = [
      ...[moves(onBridge, private_), moves(onPrivate, lan), moves(onPrivate, { device: "enp1s0" })],
      ...[moves(onBridge, taps), moves(onMacvtaps, lan), moves(onMacvtaps, private_)],
    ];
    expect(no).toEqual(no.map(() => false));
  });

  it("is a macvtap on the host's NIC where a network says so", () => {
    const on = attachmentIn({ network: "taps" });
    expect([
      isDirect(withTaps, on),
      linkOf(withTaps, on),
      isDirect(withTaps, attachmentIn({ network: "lan" })),
    ]).toEqual([true, "enp1s0", false]);
    expect(attachmentBy(taps)).toEqual({ kind: "direct", device: "enp1s0", mode: "bridge" });
    expect(attachmentBy({ ...taps, forward: "nat" })).toEqual({ kind: "other", type: "nat" });
    expect(attachmentBy(lan)).toEqual({ kind: "bridge", bridge: "br1" });
  });

  it("is in the bridge that libvirt put it into, when its network has gone to another one", () => {
    expect(joinedBridge(facts, onNetwork)).toBe("br0");
    expect(bridgeOf(facts, attachmentOf(onNetwork))).toBe("br1");
  });
});
