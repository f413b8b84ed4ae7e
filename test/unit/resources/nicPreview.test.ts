import type { LibvirtDomain } from "../../../provider/host/facts/libvirt";
import { nicLifecycle } from "../../../provider/resources/nic/lifecycle";
import { UNKNOWN } from "../../../provider/schema/unknown";
import { addressOf, domain, factsWith, link, nic } from "../support/facts";
import { said } from "../support/operation";
import { connection, previewed } from "../support/previews";

const lan = {
  ...{ name: "lan", uuid: "n1", active: true, persistent: true, autostart: true, forward: "bridge" },
  ...{ bridge: "br0", definedBridge: "br0", xml: "", definition: "" },
};
const hostWith = (...domains: LibvirtDomain[]) =>
  factsWith({
    links: [link("br0", { kind: "bridge" }), link("enp1s0", { master: "br0" })],
    libvirt: { silent: false, networks: [lan], domains },
  });
const mac = "52:54:00:00:00:01";
const says = (facts: ReturnType<typeof factsWith>, ...all: object[]) => previewed(nicLifecycle, facts, all);

describe("What a preview says of a VM's NIC", () => {
  it.each<[string, LibvirtDomain, RegExp]>([
    ["runs", domain("web", []), /^kvm: web runs: it gets the NIC on lan live/],
    [
      "is off",
      domain("web", [], false),
      /^kvm: web is shut off: it gets the NIC on lan in its definition, for its next start\.$/,
    ],
    [
      "is paused",
      { ...domain("web", []), paused: true },
      /^kvm: web is paused: .*its guest sees it once it runs on \(virsh resume web\)\.$/,
    ],
    [
      "is saved",
      { ...domain("Windows 10", [], false), saved: true },
      /its next start goes on from what was saved, without.*\(virsh managedsave-remove 'Windows 10'\)/i,
    ],
  ])("where it %s, is what will be", async (_, vm, words) => {
    const { messages } = await says(hostWith(vm), { domain: vm.name, network: "lan" });
    expect(messages).toEqual([expect.stringMatching(words)]);
    if (vm.saved) expect(messages.join()).not.toContain("for its next start");
  });

  it("has what the VM may do with it", async () => {
    const filter = { name: "clean-traffic", addresses: ["192.0.2.77"] };
    const exec = async () => ({ stdout: "" });
    const hosts = { reachFacts: async () => ({ host: { label: "kvm", exec }, facts: hostWith(domain("web", [])) }) };
    const { messages } = await previewed(
      nicLifecycle,
      hostWith(),
      [{ domain: "web", network: "lan", isolated: true, filter }],
      { hosts: hosts as never },
    );
    expect(messages).toEqual([
      "kvm: web runs: it gets the NIC on lan (isolated, with the filter clean-traffic for 192.0.2.77) live, without a restart, and in its definition.",
    ]);
  });

  it("of what is not known yet says nothing", async () => {
    const facts = hostWith(domain("web", []));
    const { messages, operation } = said({
      hosts: { reachFacts: async () => ({ host: { label: "kvm" }, facts }) } as never,
    });
    const later = { isolated: UNKNOWN, filter: { name: UNKNOWN, addresses: UNKNOWN } };
    const inputs = { connection, domain: "web", network: "lan", linkState: "up", waitForAddress: 60, ...later };
    await nicLifecycle.previewCreate(operation, inputs as never);
    expect(messages).toEqual(["kvm: web runs: it gets the NIC on lan live, without a restart, and in its definition."]);
  });

  it("is told in full of the first of many, and in a line of the others", async () => {
    const vms = Array.from({ length: 20 }, (_, index) => domain(`web${index}`, []));
    const { messages } = await says(hostWith(...vms), ...vms.map(({ name }) => ({ domain: name, network: "lan" })));
    expect(messages).toEqual([
      "kvm: web0 runs: it gets the NIC on lan live, without a restart, and in its definition.",
      ...vms.slice(1).map(({ name }) => `kvm: ${name}: as web0.`),
    ]);
  });
});

describe("What a preview knows to fail fails in it", () => {
  it("a transient VM, which has no definition", async () => {
    const vm = { ...domain("web", []), transient: true as const };
    await expect(says(hostWith(vm), { domain: "web", network: "lan" })).rejects.toThrow(
      /^kvm: domain: web is a transient VM \(virsh create\).*virsh dumpxml web >vm\.xml, then virsh define vm\.xml\.$/,
    );
  });

  it("a NIC of the type user, which libvirt moves to no bridge", async () => {
    const vm = domain("web", [nic(mac, { type: "user", bridge: undefined })]);
    await expect(says(hostWith(vm), { domain: "web", network: "lan", macAddress: mac })).rejects.toThrow(
      `the NIC ${mac} of web is of the type user; a Nic is one on a libvirt network, a bridge or a NIC of the host's, and libvirt moves no other there. Take it away: virsh detach-interface web user --mac ${mac} --live --config`,
    );
  });
});

it.each([
  [
    "VM",
    { domain: "wbe", network: "lan" },
    "there is no VM wbe yet; it must be there when the NIC is made. Did you mean web?",
  ],
  [
    "VM that resembles none",
    { domain: "database", network: "lan" },
    "there is no VM database yet; it must be there when the NIC is made.",
  ],
  [
    "network",
    { domain: "web", network: "lna" },
    "there is no network lna yet; it must be there when the NIC is made. Did you mean lan?",
  ],
  [
    "bridge",
    { domain: "web", bridge: "br7" },
    "there is no bridge br7 yet; it must be there when the NIC is made. Did you mean br0?",
  ],
])("A %s that the host does not have is a warning, since it may come meanwhile", async (_, inputs, words) => {
  const { warnings } = await says(hostWith(domain("web", [])), inputs);
  expect(warnings).toEqual([`kvm: ${words}`]);
});

it("What another resource of the program makes is no warning", async () => {
  const isClaimed = (_: unknown, thing: string) => thing === "the network dmz";
  const facts = hostWith(domain("web", []));
  const { warnings } = await previewed(nicLifecycle, facts, [{ domain: "web", network: "dmz" }], { isClaimed });
  expect(warnings).toEqual([]);
});

it("A bridge that is not there is refused before anything is attached, as a Network's is", async () => {
  const facts = hostWith(domain("web", []));
  const run = () => Promise.reject(new Error("nothing is to be run on the host"));
  const host = { label: "kvm", voucher: "nobody", readRecentFacts: async () => facts, run, exec: run };
  const hosts = {
    reachFacts: async () => ({ host, facts }),
    exclusive: (_id: string, _signal: unknown, work: () => unknown) => work(),
  };
  const { operation } = said({ hosts: hosts as never, preview: false });
  const inputs = nicLifecycle.definition.inputs.parse({ connection, domain: "web", bridge: "br7" }) as never;
  await expect(nicLifecycle.create(operation, inputs)).rejects.toThrow(
    /^kvm: bridge: the host has no bridge br7; it has br0\. Did you mean br0\?$/,
  );
});

describe("A NIC directly on one of the host's", () => {
  const links = [
    link("lo", { loopback: true }),
    link("br0", { kind: "bridge" }),
    link("enp1s0", { master: "br0" }),
    link("enp2s0", { addresses: [addressOf("192.0.2.9/24")] }),
    link("enp3s0"),
    link("enp3s0.20", { kind: "vlan", parent: "enp3s0" }),
    link("wlp2s0"),
    link("vnet0", { kind: "tun" }),
  ];
  const facts = (vm: LibvirtDomain) =>
    factsWith({ links, wireless: new Set(["wlp2s0"]), libvirt: { silent: false, networks: [lan], domains: [vm] } });
  const with_ = (vm: LibvirtDomain, stdout: string) => {
    const host = { label: "kvm", exec: async () => ({ stdout }) };
    return { hosts: { reachFacts: async () => ({ host, facts: facts(vm) }) } as never };
  };
  const saysOf = (vm: LibvirtDomain, inputs: object, probed = "") =>
    previewed(nicLifecycle, facts(vm), [{ domain: "web", ...inputs }], with_(vm, probed));

  it("says that the host does not reach the guest", async () => {
    const { messages } = await saysOf(domain("web", []), { device: "enp2s0" });
    expect(messages).toEqual([
      "kvm: web runs: it gets the NIC on enp2s0 directly (macvtap, mode bridge) live, without a restart, and in its definition. The host itself does not reach the guest on it, nor the guest the host; the LAN does.",
    ]);
  });

  it("moves by going and coming again, which the guest sees", async () => {
    const source = { "@dev": "enp2s0", "@mode": "bridge" };
    const direct = nic(mac, { type: "direct", device: "enp2s0", bridge: undefined, element: { source } });
    const there = await saysOf(domain("web", [nic(mac)]), { device: "enp2s0", macAddress: mac });
    expect(there.messages[0]).toContain(
      `web's NIC ${mac} moves from bridge br0 to enp2s0 directly (macvtap, mode bridge), live. The guest sees its NIC taken out, and one with the same MAC address plugged in. The host itself does not reach`,
    );
    const back = await saysOf(domain("web", [direct]), { bridge: "br0", macAddress: mac });
    expect(back.messages[0]).toContain(
      `web's NIC ${mac} moves from enp2s0 directly (macvtap, mode bridge) to bridge br0, live. The guest sees its NIC taken out`,
    );
    expect(back.messages[0]).not.toContain("does not reach");
    const same = await saysOf(domain("web", [direct]), { device: "enp2s0", macAddress: mac });
    expect(same.messages[0]).toContain("It is taken over as it is.");
  });

  it("loses what libvirt filters, in words", async () => {
    const filterref = { "@filter": "clean-traffic" };
    const { messages } = await saysOf(domain("web", [nic(mac, { element: { filterref } })]), {
      ...{ device: "enp2s0", macAddress: mac },
    });
    expect(messages[0]).toContain("gets no filter instead of the filter clean-traffic, live.");
  });

  it.each<[string, object, string]>([
    [
      "that is not there",
      { device: "enp2s1" },
      "the host has no interface enp2s1; it has enp1s0, enp2s0, enp3s0, enp3s0.20, wlp2s0. Did you mean enp2s0?",
    ],
    [
      "that is a bridge's port",
      { device: "enp1s0" },
      'enp1s0 is a port of the bridge br0, and the kernel makes no macvtap on one: say `bridge: "br0"`.',
    ],
    ["that is a bridge", { device: "br0" }, "br0 is a bridge: say it as `bridge`."],
    ["that is another VM's", { device: "vnet0" }, "vnet0 is a tun; name the NIC that it is on."],
    ["without a cable", { device: "wlp2s0" }, "wlp2s0 is a Wi-Fi NIC"],
    [
      "that has the host's address, as a whole",
      { device: "enp2s0", mode: "passthrough" },
      'enp2s0 has the host\'s address 192.0.2.9, and with `mode: "passthrough"` the guest takes the NIC from it.',
    ],
    ["that has a VLAN, as a whole", { device: "enp3s0", mode: "passthrough" }, "the VLAN enp3s0.20 is on enp3s0"],
  ])("%s is refused in the preview", async (_, inputs, words) => {
    await expect(saysOf(domain("web", []), inputs)).rejects.toThrow(`kvm: device: ${words}`);
  });

  it("is refused where the kernel has no macvtap", async () => {
    await expect(saysOf(domain("web", []), { device: "enp2s0" }, "none\n")).rejects.toThrow(
      "kvm: device: the host's kernel has no macvtap (modprobe macvtap).",
    );
  });
});
