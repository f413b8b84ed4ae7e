import { parseLibvirt } from "../../../../provider/host/facts/parseLibvirt";
import { changedNicXml, renderMovedNetwork, renderMovedNic } from "../../../../provider/plan/libvirt/xml";

const interfaceXml = `<interface type="network">
  <mac address="52:54:00:00:00:01"/>
  <source network="default" portgroup="fast" portid="0c6d" bridge="virbr0"/>
  <virtualport type="openvswitch"/>
  <bandwidth><inbound average="1000" peak="5000"/></bandwidth>
  <target dev="vnet0"/>
  <model type="virtio"/>
  <driver name="vhost" queues="2"/>
  <filterref filter="clean-traffic"><parameter name="IP" value="192.0.2.7"/><parameter name="IP" value="192.0.2.8"/></filterref>
  <boot order="1"/>
  <alias name="net0"/>
  <address type="pci" domain="0x0000" bus="0x00" slot="0x03" function="0x0"/>
</interface>`;
const domain = `<domain type="kvm"><name>web</name><uuid>u</uuid><devices>${interfaceXml}</devices></domain>`;
const { domains } = parseLibvirt({
  name: "libvirt",
  code: 0,
  text: `\fdomain\f\nrunning\n\f\n${domain}\n\f\n${domain}`,
});
const [nic] = domains[0]?.live ?? [];
if (!nic) throw new Error("the NIC is lost");
const changed = (wanted: Partial<Parameters<typeof changedNicXml>[1]>) =>
  changedNicXml(nic, { network: "default", model: "virtio", linkState: "up", ...wanted });

describe("A changed NIC", () => {
  it("keeps what kvmnet has no words for", () => {
    const xml = changed({ network: "lan" });
    for (const kept of [
      '<inbound average="1000" peak="5000"/>',
      '<target dev="vnet0"/>',
      '<driver name="vhost" queues="2"/>',
      '<parameter name="IP" value="192.0.2.7"/>',
      '<parameter name="IP" value="192.0.2.8"/>',
      '<boot order="1"/>',
      '<alias name="net0"/>',
      'slot="0x03"',
    ])
      expect(xml).toContain(kept);
  });

  it("leaves its network's port group and virtual port behind when it moves, and keeps them when it stays", () => {
    expect(changed({ network: "lan" })).toContain('<source network="lan"/>');
    expect(changed({ network: "lan" })).not.toContain("virtualport");
    expect(changed({ linkState: "down" })).toContain('<source network="default" portgroup="fast"/>');
    expect(changed({ linkState: "down" })).toContain('<virtualport type="openvswitch"/>');
    expect(changed({ linkState: "down" })).toContain('<link state="down"/>');
  });

  it("is of the type bridge on a bridge", () => {
    const xml = changed({ network: undefined, bridge: "br0" });
    expect(xml).toContain('<interface type="bridge">');
    expect(xml).toContain('<source bridge="br0"/>');
  });

  it("is directly on a NIC of the host's, plugged in anew: without the link that it had, in the same place of the VM", () => {
    const xml = renderMovedNic(nic, { device: "enp1s0", mode: "private", model: "virtio", linkState: "up" });
    expect(xml).toContain('<interface type="direct">');
    expect(xml).toContain('<source dev="enp1s0" mode="private"/>');
    expect(xml).toContain('slot="0x03"');
    expect(xml).not.toMatch(/vnet0|<alias|virtualport|virbr0/);
  });

  it("gets another PCI address as another model, which may not fit the old one", () => {
    const xml = changed({ model: "e1000e" });
    expect(xml).toContain('<model type="e1000e"/>');
    expect(xml).not.toContain("slot=");
  });
});

it("A network on another bridge keeps its port groups", () => {
  const xml = `<network connections="2"><name>lan</name><uuid>u</uuid><forward mode="bridge"/><bridge name="br0"/>
    <portgroup name="a" default="yes"><bandwidth><inbound average="5"/></bandwidth></portgroup><portgroup name="b"/></network>`;
  const moved = renderMovedNetwork(xml, { kind: "bridge", bridge: "br1" });
  expect(moved).toContain('<bridge name="br1"/>');
  expect(moved).toContain('<portgroup name="a" default="yes">');
  expect(moved).toContain('<portgroup name="b"/>');
  expect(moved).toContain("<uuid>u</uuid>");
  expect(moved).not.toContain("connections");
  const direct = renderMovedNetwork(xml, { kind: "direct", device: "enp1s0", mode: "private" });
  expect(direct).toMatch(/<forward mode="private">\s*<interface dev="enp1s0"\/>\s*<\/forward>/);
  expect(direct).toContain('<portgroup name="b"/>');
  expect(direct).not.toContain("br0");
});
