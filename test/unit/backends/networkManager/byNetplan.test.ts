import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Facts } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { bridge } from "../../../../provider/resources/bridge/definition";
import { planBridge } from "../../../../provider/resources/bridge/plan";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../../../provider/resources/bridge/restore";
import { recordedHost } from "../../support/recordedHosts";

const owner = "urn:x::br";
const made = "/run/NetworkManager/system-connections/netplan-lan0.nmconnection";
const [ofBridge, ofPort] = ["bridge", "port"].map(
  (what) => `/etc/NetworkManager/system-connections/kvmnet-${what}-br0.nmconnection`,
) as [string, string];
const { host, differs } = parse(
  readFileSync(
    join(__dirname, "../../plan/bridge/cases/aNicThatNetplanHandsOnToNetworkManagerBecomesAPort/case.yaml"),
    "utf8",
  ),
);
const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
const before = parseFacts(recordedHost(host, differs));
const plan = planUpdate(before, inputs, owner, "br0");

/** The host with its bridge, as NetworkManager then tells it: netplan's profile is active no more. */
function bridged(): Facts {
  const active = (id: string, name: string, path: string) => `${id}:${name}:activated:x:${name}:${path}`;
  const profiles = [
    active("1", "br0", ofBridge),
    active("2", "enp1s0", ofPort),
    `cac41fbe-bc18-3d87-bba7-af2af7f8ffab:::802-3-ethernet:netplan-lan0:${made}`,
  ];
  const facts = parseFacts(recordedHost(host, { ...differs, profiles: `${profiles.join("\n")}\n` }));
  const links = facts.links.flatMap((link) =>
    link.name === "enp1s0"
      ? [
          { ...link, master: "br0", addresses: [] },
          { ...link, name: "br0", kind: "bridge" },
        ]
      : [link],
  );
  const records = new Map([["br0", { owner, uplink: "enp1s0", previousConfig: plan.previousConfig }]]);
  return { ...facts, links, records, keyfiles: new Map([...facts.keyfiles, ...plan.change.files]) };
}

test("a NIC that netplan hands on to NetworkManager goes back to the profile that netplan makes, by NetworkManager's UUID of it", () => {
  const { change, unit } = planRestore(bridged(), "br0", plan.previousConfig, inputs.confirm);
  expect(change.keepOnApply).toEqual(["enp1s0 cac41fbe-bc18-3d87-bba7-af2af7f8ffab"]);
  expect([unit, change.files]).toEqual([made, new Map()]);
  expect(planBridge(bridged(), inputs, owner).differences).not.toContainEqual(expect.stringMatching(/nmconnection is/));
});

test("where netplan's files do not make that any more, they are to say it first", () => {
  const facts = bridged();
  const keyfiles = new Map([...facts.keyfiles].filter(([path]) => path !== made));
  expect(() => planRestore({ ...facts, keyfiles }, "br0", plan.previousConfig, inputs.confirm)).toThrow(
    /^uplink: NetworkManager had enp1s0 by \S+netplan-lan0\.nmconnection, which netplan makes of its files, .*run netplan generate/,
  );
});

test("what netplan's files say of a NIC that is a port by a profile is no address of the port's, and they are there at the next boot", () => {
  const { netplan, ...facts } = bridged();
  const yaml = new Map([...netplan].map(([path, text]) => [path, text.replace("lan0", "enp1s0")]));
  const checks = diagnose({ ...facts, netplan: yaml }).map(({ check }) => check);
  expect(checks).not.toContain("address-on-port");
  expect(checks).not.toContain("next-boot");
  const beforeIt = diagnose({ ...before, sshAddress: "192.0.2.100" }).map(({ check }) => check);
  expect(beforeIt).not.toContain("next-boot");
});

test("a NIC of netplan's renderer NetworkManager that NetworkManager does not have by netplan's profile is refused", () => {
  const yaml = differs["netplan:/etc/netplan/01-netcfg.yaml"].replace("lan0", "enp1s0");
  const on = (profiles: string): Facts => {
    const facts = parseFacts(recordedHost(host, { ...differs, profiles, "netplan:/etc/netplan/01-netcfg.yaml": yaml }));
    return { ...facts, tools: new Set([...facts.tools, "netplan"]) };
  };
  expect(() => planBridge(on(""), inputs, owner)).toThrow(
    /^uplink: enp1s0 is configured with netplan's renderer NetworkManager, which does not have it \(nmcli device\)\. Have it do so/,
  );
  const own = "/etc/NetworkManager/system-connections/lan.nmconnection";
  expect(() => planBridge(on(`1:enp1s0:activated:802-3-ethernet:lan:${own}\n`), inputs, owner)).toThrow(
    /which has it by \S+lan\.nmconnection, and not by what netplan makes of its files/,
  );
});
