import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { findDefinition } from "../../../../provider/backends/entry/definition";
import { profileEntry, profileWords } from "../../../../provider/host/facts/inNetworkManagersWords";
import { keyfileSections, parseProfiles, valueIn } from "../../../../provider/host/facts/keyfile";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { describeChange } from "../../../../provider/plan/impact/describe";
import { impactsOf, refuse } from "../../../../provider/plan/impact/impacts";
import { namedInFiles } from "../../../../provider/plan/impact/mentions";
import { otherUnits } from "../../../../provider/plan/impact/networkUnits";
import { findBridgeDifferences } from "../../../../provider/plan/link/differences";
import { bridge } from "../../../../provider/resources/bridge/definition";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../../../provider/resources/bridge/restore";
import { link } from "../../support/facts";
import { addBridge, applyBatch } from "../../support/kernel";
import { recordedHost } from "../../support/recordedHosts";

const path = "/etc/NetworkManager/system-connections/lan.nmconnection";
const connection = "[connection]\nid=lan\nuuid=11111111-1111-4111-8111-111111111111\ntype=ethernet\n";
const saidOf = (text: string) => parse(profileEntry(link("enp1s0"), text)).network.ethernets.enp1s0;

describe("what a profile says, in netplan's words", () => {
  test.each([
    [
      "an address with its gateway, name servers and a route",
      "[ipv4]\nmethod=manual\n# the router\naddress1=192.0.2.10/24,192.0.2.1\ndns=192.0.2.1;192.0.2.2;\ndns-search=lab.test;\nroute1=203.0.113.0/24,192.0.2.1,50\n[ipv6]\nmethod=disabled\n",
      {
        ...{ dhcp4: false, dhcp6: false, "accept-ra": false, "link-local": [], addresses: ["192.0.2.10/24"] },
        routes: [
          { to: "default", via: "192.0.2.1" },
          { to: "203.0.113.0/24", via: "192.0.2.1", metric: 50 },
        ],
        nameservers: { addresses: ["192.0.2.1", "192.0.2.2"], search: ["lab.test"] },
      },
    ],
    [
      "the older form with semicolons, a metric and an MTU",
      "[802-3-ethernet]\nmtu=1400\n[ipv4]\nmethod=manual\naddresses1=192.0.2.10;24;192.0.2.1;\nroute-metric=7\n[ipv6]\nmethod=ignore\n",
      {
        ...{ dhcp4: false, dhcp6: false, addresses: ["192.0.2.10/24"], mtu: 1400 },
        routes: [{ to: "default", via: "192.0.2.1", metric: 7 }],
      },
    ],
    [
      "a gateway of its own, of both families, and no default route where it says so",
      "[ipv4]\nmethod=manual\naddress1=192.0.2.10/24\ngateway=192.0.2.1\nnever-default=true\n[ipv6]\nmethod=manual\naddress1=2001:db8::10/64\ngateway=2001:db8::1\n",
      {
        ...{ dhcp4: false, dhcp6: false, "accept-ra": false, addresses: ["192.0.2.10/24", "2001:db8::10/64"] },
        routes: [{ to: "default", via: "2001:db8::1" }],
      },
    ],
    ["DHCP and routers, where it says nothing", "", { dhcp4: true, dhcp6: false, "accept-ra": true }],
    ["DHCPv6", "[ipv6]\nmethod=dhcp\n", { dhcp4: true, dhcp6: true, "accept-ra": true }],
  ])("%s", (_, text, said) => {
    expect(saidOf(`${connection}${text}`)).toEqual(said);
  });

  test("as GLib reads them: of a key that stands twice the last one counts, a section may go on later", () => {
    const sections = keyfileSections("[ipv4]\nmethod=auto\n[ipv6]\n# method=dhcp\n\n[ipv4]\n  method = manual \n");
    expect(valueIn(sections, "ipv4", "method")).toBe("manual");
    expect(valueIn(sections, "ipv6", "method")).toBeUndefined();
  });

  test("a link's profile is the one that NetworkManager tells, a VPN over it is none; colons and backslashes in a name are its", () => {
    const told = [
      "11-2:enp1s0:activated:802-3-ethernet:lan:/etc/a\\:b \\\\c.nmconnection",
      "33-4::activating:bridge:x:/etc/x",
      "55-6:enp1s0:activated:vpn:office:/etc/office.nmconnection",
      "77-8:wlp2s0:activated:802-11-wireless:home:/etc/home.nmconnection",
      "99-1:::802-11-wireless:cafe:/etc/cafe.nmconnection",
    ];
    const { profiles, profileIds, ending } = parseProfiles(`${told.join("\n")}\n`);
    expect(profiles.get("enp1s0")).toEqual({ uuid: "11-2", state: "activated", path: "/etc/a:b \\c.nmconnection" });
    expect([...profiles.keys()]).toEqual(["enp1s0", "wlp2s0"]);
    expect(ending).toEqual(["office (vpn)", "home (Wi-Fi)"]);
    expect(profileIds.get("/etc/cafe.nmconnection")).toBe("99-1");
  });

  test("of a link that netplan's files have a profile of a hand's says nothing; what netplan has made of them says it", () => {
    const made = "/run/NetworkManager/system-connections/netplan-enp1s0.nmconnection";
    const words = (where: string, netplan: [string, string][] = []) =>
      profileWords(
        new Map(netplan),
        {
          profiles: new Map([["enp1s0", { uuid: "1", state: "activated", path: where }]]),
          keyfiles: new Map([[where, connection]]),
        },
        [link("enp1s0")],
      ).map(([one]) => one);
    expect(words(path)).toEqual([path]);
    expect(words(path, [["/etc/netplan/a.yaml", "network: {ethernets: {enp1s0: {}}}"]])).toEqual([]);
    const netplan = `network: {renderer: NetworkManager, ethernets: {enp1s0: {addresses: [192.0.2.5/24]}}}`;
    expect(words(made, [["/etc/netplan/a.yaml", netplan]])).toEqual([made]);
    const both = new Map([
      ["/etc/netplan/a.yaml", netplan],
      [made, "network: {ethernets: {enp1s0: {dhcp4: true}}}"],
    ]);
    expect(findDefinition(both, "enp1s0")?.places.map((one) => one.path)).toEqual([made]);
  });
});

const owner = "urn:x::br";
const user = "11111111-1111-4111-8111-111111111111";
const { host, differs } = parse(
  readFileSync(join(__dirname, "../../plan/bridge/cases/aNicOfNetworkManagersBecomesAPort/case.yaml"), "utf8"),
);
const section = `keyfile:${path}`;
const inputs = (more: object = {}) => bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...more });
const hostWith = (more: object = {}) => parseFacts(recordedHost(host, { ...differs, ...more }));
/** With another text in the place of one in the user's profile. */
const hostWithProfile = (from: string, to: string) => hostWith({ [section]: differs[section].replace(from, to) });
const before = hostWith();
const plan = planUpdate(before, inputs(), owner, "br0");
const [ofBridge, ofPort] = ["bridge", "port"].map(
  (what) => `/etc/NetworkManager/system-connections/kvmnet-${what}-br0.nmconnection`,
) as [string, string];

/** The host with its bridge, as NetworkManager then has it. */
function bridged(
  profiles: readonly [string, string][] = [
    ["br0", ofBridge],
    ["enp1s0", ofPort],
  ],
) {
  const { change, previousConfig } = plan;
  const kernel = applyBatch(change.createOnApply.reduce(addBridge, before), [...change.apply, ...change.tidy]);
  const keyfiles = new Map([...before.keyfiles, ...change.files]);
  const active = new Map(
    profiles.map(([name, where]) => [name, { uuid: `of ${where}`, state: "activated", path: where }]),
  );
  return {
    ...kernel,
    keyfiles,
    networkd: change.files,
    profiles: active,
    netplan: new Map(profileWords(new Map(), { profiles: active, keyfiles }, kernel.links)),
    records: new Map([["br0", { owner, uplink: "enp1s0", previousConfig }]]),
  };
}

describe("a NIC that NetworkManager has", () => {
  test("the user's profile is not written; the links go over to kvmnet's profiles, and back to his", () => {
    expect([...plan.change.files.keys()].filter((one) => one.includes("NetworkManager"))).toEqual([
      ofBridge,
      ofPort,
      "/etc/NetworkManager/dispatcher.d/pre-up.d/50-kvmnet-br0",
    ]);
    const { owner, keepOnApply, keepOnRollback } = plan.change;
    expect(owner).toBe("NetworkManager");
    expect(keepOnApply.map((line) => line.split(" ")[0])).toEqual(["br0", "enp1s0"]);
    expect(keepOnRollback).toEqual([`enp1s0 ${user}`]);
  });

  test("nothing is to be done where it has both by kvmnet's profiles", () => {
    expect(planUpdate(bridged(), inputs(), owner, "br0").differences).toEqual([]);
  });

  test("a person who activates the profile of before is told of", () => {
    const facts = bridged([
      ["br0", ofBridge],
      ["enp1s0", path],
    ]);
    expect(findBridgeDifferences(facts, plan.wanted)).toEqual([
      `NetworkManager has enp1s0 by ${path} instead of by ${ofPort}`,
    ]);
  });

  test("destroy takes kvmnet's files away, and the user's profile has the NIC again, as it is now", () => {
    const { change, unit } = planRestore(bridged(), "br0", plan.previousConfig, inputs().confirm);
    expect(change.remove).toEqual(
      expect.arrayContaining([ofBridge, ofPort, "/etc/NetworkManager/dispatcher.d/pre-up.d/50-kvmnet-br0"]),
    );
    expect(change.files).toEqual(new Map());
    expect([unit, change.keepOnApply]).toEqual([path, [`enp1s0 ${user}`]]);
  });

  test("where that is gone, it is written as it was", () => {
    const facts = bridged();
    const keyfiles = new Map([...facts.keyfiles].filter(([one]) => one !== path));
    const { change } = planRestore({ ...facts, keyfiles }, "br0", plan.previousConfig, inputs().confirm);
    expect(change.files.get(path)).toBe(before.keyfiles.get(path));
    expect(change.keepOnApply).toEqual([`enp1s0 ${user}`]);
  });

  test("another name takes the files of the first away", () => {
    const { change } = planUpdate(bridged(), inputs({ name: "lan0" }), owner, "br0");
    expect(change.remove).toEqual(expect.arrayContaining([ofBridge, ofPort]));
    expect(change.keepOnApply.map((line) => line.split(" ")[0])).toEqual(["lan0", "enp1s0"]);
    expect(change.keepOnRollback).toEqual([`br0 of ${ofBridge}`, `enp1s0 of ${ofPort}`]);
  });

  test("an addressing of the program's is written in NetworkManager's words", () => {
    const addressing = {
      addresses: ["192.0.2.100/24", "2001:db8::5/64"],
      routes: [{ to: "default", via: "192.0.2.1", metric: 7 }],
    };
    const text = planUpdate(before, inputs({ addressing, mtu: 1400 }), owner, "br0").change.files.get(ofBridge) ?? "";
    expect(text).toContain(
      "[ipv4]\nmethod=manual\naddress1=192.0.2.100/24\nroute1=0.0.0.0/0,192.0.2.1,7\nroute-metric=100\ndns=192.0.2.1;\n",
    );
    expect(text).toContain("[ethernet]\nmtu=1400\n");
    expect(text).toMatch(/\[ipv6\]\nmethod=auto\naddress1=2001:db8::5\/64\n/);
  });

  test.each([
    ["[ipv6]", "[802-1x]\neap=tls;\n[ipv6]", /enp1s0 has the section \[802-1x\] in .*lan\.nmconnection/],
    ["lldp=1", "master=team0", /has the key master in \[connection\] of .*: it is the port of another device by that/],
    ["lldp=1", "permissions=user:ada:;", /permissions .*: it is there only while a user is logged in/],
    ["method=manual", "method=shared", /method=shared in \[ipv4\].* as a router does/],
    ["method=disabled", "method=dhcp", /method=dhcp in \[ipv6\] of .*does not know what becomes of that on a bridge/],
    ["method=manual", "method=auto", /enp1s0 asks DHCP by NetworkManager, which tells of no lease that the host has/],
  ])("what can't go over is refused by name: %s", (from, to, words) => {
    expect(() => planUpdate(hostWithProfile(from, to), inputs(), owner, "br0")).toThrow(words);
  });

  test("a profile of as high a priority as kvmnet's is refused, as is a delay that NetworkManager has none of", () => {
    const other = `${connection}interface-name=enp1s0\nautoconnect-priority=999\n`;
    const facts = hostWith({ "keyfile:/etc/NetworkManager/system-connections/other": other });
    expect(() => planUpdate(facts, inputs(), owner, "br0")).toThrow(/system-connections\/other is for enp1s0 too/);
    expect(() => planUpdate(before, inputs({ forwardDelay: 1 }), owner, "br0")).toThrow(/no delay between 0 and 2 s/);
  });

  test("Wi-Fi and VPNs that end while NetworkManager is stopped are told, and accepted by name alone", () => {
    const nic = before.links.find(({ name }) => name === "enp1s0");
    const step = { gone: "enp1s0", successor: "br0", enslaved: nic, deleted: false };
    const impacts = impactsOf({ ...before, ending: ["office (vpn)"] }, step);
    expect(impacts.map(({ name }) => name)).toContain("connection:office (vpn)");
    expect(() => refuse(impacts, [])).toThrow(
      /NetworkManager is stopped for a moment, and its connection office \(vpn\) ends/,
    );
    const { accept = [] } = inputs({ accept: ["connection:office (vpn)"] });
    expect(() => refuse(impacts, accept)).not.toThrow();
    const told = describeChange(
      { ...before, ending: ["office (vpn)"] },
      {
        ...{ ...plan.change, from: undefined, to: "br0", target: plan.target, dropped: [], vms: [], inside: undefined },
      },
    );
    expect(told.sentences).toContain("NetworkManager is stopped for a moment, and with it ends office (vpn).");
  });

  test("networkd's files that match are told; the profile is no file that names the NIC, others are", () => {
    const step = {
      gone: "enp1s0",
      successor: "br0",
      enslaved: before.links.find(({ name }) => name === "enp1s0"),
      deleted: false,
    };
    const units = new Map([["/etc/systemd/network/10-lan.network", "[Match]\nName=en*\n"]]);
    const told = otherUnits({ ...before, networkUnits: units }, step);
    expect(() => refuse(told, inputs({ accept: told.map(({ name }) => name) }).accept ?? [])).not.toThrow();
    expect(told.map(({ says }) => says)).toEqual([
      expect.stringMatching(/10-lan\.network matches enp1s0, which NetworkManager has/),
    ]);
    const mentions = [path, "/etc/NetworkManager/dispatcher.d/90-lan"].map((one) => ({ link: "enp1s0", path: one }));
    expect(namedInFiles({ ...before, mentions }, step).map(({ name }) => name)).toEqual([
      "file:/etc/NetworkManager/dispatcher.d/90-lan:enp1s0",
    ]);
  });
});
