import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { withInterfaces } from "../../../../provider/backends/ifupdown/owner";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { bridge } from "../../../../provider/resources/bridge/definition";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../../../provider/resources/bridge/restore";
import { addBridge, applyBatch } from "../../support/kernel";
import { recordedHost } from "../../support/recordedHosts";

const path = "/etc/network/interfaces.d/lan";
const owner = "urn:x::br";
const { host, differs } = parse(
  readFileSync(join(__dirname, "../../plan/bridge/cases/aNicOfIfupdownsBecomesAPort/case.yaml"), "utf8"),
);
const before = parseFacts(recordedHost(host, differs));
const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
const { change, previousConfig } = planUpdate(before, inputs, owner, "br0");
const bridged = change.files.get(path) ?? "";
const original = previousConfig[path] ?? "";

/** The host with its bridge, and with the file as a hand has left it. */
function edited(text: string) {
  const kernel = applyBatch(change.createOnApply.reduce(addBridge, before), [...change.apply, ...change.tidy]);
  const records = new Map([["br0", { owner, uplink: "enp1s0", previousConfig }]]);
  const facts = { ...kernel, records, ifstate: new Map([["br0", "br0"]]) };
  return withInterfaces(facts, new Map([...before.interfaces, [path, text]]));
}

const updated = (text: string) => planUpdate(edited(text), inputs, owner, "br0");
const restored = (text: string) => planRestore(edited(text), "br0", previousConfig, inputs.confirm);

describe("what a hand does to the file while the bridge is there", () => {
  test.each([
    ["nothing", bridged, original],
    ["another address", bridged.replace("2.100", "2.101"), original.replace("2.100", "2.101")],
    ["other line ends", bridged.replaceAll("\n", "\r\n"), original.replaceAll("\n", "\r\n")],
    ["all is gone", "", original],
    ["kvmnet's own is gone", bridged.replace(/^# kvmnet br0 begin[\s\S]*? end\n/m, ""), original],
  ])("%s: destroy gives back what is the user's", (_, text, then) => {
    expect(restored(text).change.files.get(path)).toBe(then);
  });

  test.each([
    ["the comments are gone", bridged.replaceAll(/^#.*\n/gm, "")],
    ["the lines that they keep are gone", bridged.replaceAll(/^# kvmnet br0 was: .*\n/gm, "")],
  ])("%s: nothing is done, and where the file is kept is said", (_, text) => {
    const words = /interfaces\.d\/lan .*Write the file as it was before br0: \/var\/lib\/kvmnet\/bridges\/br0\.json/;
    expect(() => updated(text)).toThrow(words);
    expect(() => restored(text)).toThrow(words);
  });

  test("a NIC that netplan's files name meanwhile is refused: no file of ifupdown's gets netplan's words", () => {
    const facts = edited(bridged);
    const netplan = new Map([["/etc/netplan/x.yaml", "network: {ethernets: {enp1s0: {dhcp4: true}}}\n"]]);
    expect(() =>
      planRestore(withInterfaces({ ...facts, netplan }, facts.interfaces), "br0", previousConfig, inputs.confirm),
    ).toThrow(/enp1s0 was ifupdown's by .*lan, and netplan's files name it now/);
  });

  test("DHCP is refused where no client of ifupdown's asks it", () => {
    const text = bridged.replace("was: iface enp1s0 inet static", "was: iface enp1s0 inet dhcp");
    const words = /br0 asks DHCP by ifupdown's files, and no DHCP client runs for it\. Run ifdown and ifup br0/;
    expect(() => updated(text)).toThrow(words);
    expect(() => restored(text)).toThrow(words);
  });
});
