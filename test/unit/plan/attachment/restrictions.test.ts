import {
  compareRestrictions,
  filterIn,
  filterWords,
  isolatedIn,
  restricted,
  restrictionWords,
} from "../../../../provider/plan/attachment/restrictions";
import { nicXml } from "../../../../provider/plan/libvirt/xml";

const cleanTraffic = { name: "clean-traffic", addresses: ["192.0.2.77", "192.0.2.78"] };
const asLibvirtHas = {
  port: { "@isolated": "yes" },
  filterref: {
    "@filter": "clean-traffic",
    parameter: [
      { "@name": "CTRL_IP_LEARNING", "@value": "none" },
      { "@name": "IP", "@value": "192.0.2.78" },
      { "@name": "IP", "@value": "192.0.2.77" },
    ],
  },
};

describe("What a VM may do with a NIC", () => {
  it("is read from libvirt's XML, in whatever order the addresses are", () => {
    expect(isolatedIn(asLibvirtHas)).toBe(true);
    expect(filterWords(filterIn(asLibvirtHas))).toBe(filterWords(cleanTraffic));
    expect(filterIn({ filterref: { "@filter": "own", parameter: { "@name": "IP", "@value": "192.0.2.7" } } })).toEqual({
      name: "own",
      addresses: ["192.0.2.7"],
    });
    expect([isolatedIn({}), filterIn({}), filterIn({ filterref: "" })]).toEqual([false, undefined, undefined]);
  });

  it("is written as libvirt takes it", () => {
    const nic = { macAddress: "52:54:00:00:00:01", bridge: "br0", model: "virtio", linkState: "up" as const };
    const whole = nicXml({ ...nic, restrictions: { isolated: true, filter: cleanTraffic } });
    expect(whole).toContain('<port isolated="yes"/>');
    expect(whole).toMatch(
      /<filterref filter="clean-traffic">\s*<parameter name="IP" value="192\.0\.2\.77"\/>\s*<parameter name="IP" value="192\.0\.2\.78"\/>\s*<\/filterref>/,
    );
    expect(nicXml({ ...nic, restrictions: { filter: { name: "clean-traffic" } } })).toContain(
      '<filterref filter="clean-traffic"/>',
    );
    expect(nicXml(nic)).not.toMatch(/port|filterref/);
  });

  it("stays as somebody made it where nobody says", () => {
    expect(restricted({ mac: "m", ...asLibvirtHas }, {})).toEqual({ mac: "m", ...asLibvirtHas });
    expect(compareRestrictions(asLibvirtHas, {})).toEqual({ isolated: false, filter: false, vlan: false });
  });

  it("keeps the parameters of the same filter that kvmnet has no words for, and none of another", () => {
    const one = { name: "clean-traffic", addresses: ["192.0.2.9"] };
    expect(restricted(asLibvirtHas, { filter: one }).filterref).toEqual({
      "@filter": "clean-traffic",
      parameter: [
        { "@name": "CTRL_IP_LEARNING", "@value": "none" },
        { "@name": "IP", "@value": "192.0.2.9" },
      ],
    });
    expect(restricted(asLibvirtHas, { filter: { name: "no-mac-spoofing" } }).filterref).toEqual({
      "@filter": "no-mac-spoofing",
      parameter: [],
    });
  });

  it("is taken away where nothing is wanted", () => {
    expect(restricted(asLibvirtHas, { isolated: false, filter: "none" })).toEqual({});
    expect(compareRestrictions(asLibvirtHas, { isolated: false, filter: "none" })).toMatchObject({
      isolated: true,
      filter: true,
    });
  });

  it("is said in words", () => {
    expect(restrictionWords({ isolated: true, filter: cleanTraffic })).toBe(
      " (isolated, with the filter clean-traffic for 192.0.2.77, 192.0.2.78)",
    );
    expect(restrictionWords({ isolated: false, filter: "none" })).toBe("");
  });
});
