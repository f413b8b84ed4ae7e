import { findDefinition } from "../../../../provider/backends/entry/definition";
import type { Facts } from "../../../../provider/host/facts/facts";
import { profileWords } from "../../../../provider/host/facts/inNetworkManagersWords";
import { bridge as definition } from "../../../../provider/resources/bridge/definition";
import { isAdopted, planLeave } from "../../../../provider/resources/bridge/leave";
import { planBridge } from "../../../../provider/resources/bridge/plan";
import { planRestore } from "../../../../provider/resources/bridge/restore";
import { addressOf, factsWith, link } from "../../support/facts";

const folder = "/etc/NetworkManager/system-connections";
const [ofBridge, ofPort] = [`${folder}/lan.nmconnection`, `${folder}/Port 1.nmconnection`] as const;
const [bridgeId, portId] = ["22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"];
const owner = "urn:x::br";
const mac = "02:00:00:00:00:07";
const bridgeText = (more = "", key = "") =>
  `[connection]\nid=lan\nuuid=${bridgeId}\ntype=bridge\ninterface-name=br0\n${key}\n[bridge]\n${more}\n[ipv4]\naddress1=192.0.2.100/24,192.0.2.1\nmethod=manual\n\n[ipv6]\nmethod=disabled\n`;
const portText = (controller = "master=br0", which = "interface-name=enp1s0") =>
  `[connection]\nid=Port 1\nuuid=${portId}\ntype=ethernet\n${which}\n${controller}\nslave-type=bridge\n`;

interface Parts {
  readonly keyfiles?: Record<string, string>;
  readonly active?: Record<string, string>;
  readonly links?: Facts["links"];
  readonly records?: Facts["records"];
}

const onDisk = { [ofBridge]: bridgeText(), [ofPort]: portText() };
const active = { br0: ofBridge, enp1s0: ofPort };
const links = [
  link("tap100i0", { kind: "tun", master: "br0" }),
  link("enp1s0", { master: "br0" }),
  link("br0", { kind: "bridge", mac, addresses: [addressOf("192.0.2.100/24")], stp: true, forwardDelay: 15 }),
];

function host(parts: Parts = {}): Facts {
  const keyfiles = new Map(Object.entries({ ...onDisk, ...parts.keyfiles }).filter(([, text]) => text !== ""));
  const ids = (path: string) => /^uuid=(.*)$/m.exec(keyfiles.get(path) ?? "")?.[1] ?? "";
  const profiles = new Map(
    Object.entries(parts.active ?? active).map(([name, path]) => [name, { uuid: ids(path), state: "activated", path }]),
  );
  const facts = factsWith({
    ...{ links: parts.links ?? links, profiles, keyfiles, tools: new Set(), libvirt: undefined },
    ...(parts.records && { records: parts.records }),
    routes: [
      {
        ...{ family: "inet", type: "unicast", destination: "default", gateway: "192.0.2.1", device: "br0" },
        ...{ protocol: "static", scope: undefined, source: undefined, metric: 425, table: undefined },
        ...{ onlink: false, expires: undefined },
      },
    ],
  });
  return { ...facts, netplan: new Map(profileWords(new Map(), { profiles, keyfiles }, facts.links)) };
}

const asIs = { stp: true, forwardDelay: 15 };
const plan = (facts: Facts, inputs: object = asIs) =>
  planBridge(
    facts,
    definition.inputs.parse({ connection: { host: "kvm1.example" }, uplink: "enp1s0", ...inputs }),
    owner,
  );
const refused = (facts: Facts, inputs?: object) => {
  try {
    return plan(facts, inputs).differences;
  } catch (error) {
    return (error as Error).message;
  }
};

describe("a bridge that NetworkManager has by profiles of a hand's", () => {
  test.each<[string, string]>([
    ["by name", portText()],
    ["by the UUID of its profile, in today's words", portText(`controller=${bridgeId}\nport-type=bridge`)],
    [
      "for the NIC's MAC address",
      portText("master=br0", `\n[802-3-ethernet]\nmac-address=02:00:00:00:00:01\n[connection]`),
    ],
  ])("is as wanted with a port %s, and nothing of it changes", (_, text) => {
    const facts = host({ keyfiles: { [ofPort]: text } });
    const { differences, change, adoptedFiles, wanted } = plan(facts);
    expect(differences).toEqual([]);
    expect([adoptedFiles, wanted.owner]).toEqual([[ofBridge], "NetworkManager"]);
    expect([...change.files.keys()]).toEqual(["/var/lib/kvmnet/bridges/br0.json"]);
    expect(change.remove).toEqual([]);

    const record = JSON.parse([...change.files.values()].join(""));
    expect(record).toMatchObject({ previousConfig: {}, found: { files: [ofBridge], macAddress: mac } });
    const taken = { ...facts, records: new Map([["br0", record]]) };
    expect(plan(taken).differences).toEqual([]);
    expect(isAdopted(taken, "br0", {})).toBe(true);
    expect(planLeave(taken, "br0", {}, { timeout: 60 })).toBeUndefined();
  });

  test("says which key to write where the program wants another one, and of a forward delay of 0 that there is none", () => {
    expect(refused(host(), { stp: true, forwardDelay: 4 })).toMatch(
      /^forwardDelay: br0 has a forward delay of 15 s by \S+lan\.nmconnection, .*Write forward-delay=4 in \[bridge\] there, and pulumi up/,
    );
    expect(refused(host(), {})).toMatch(
      /^stp: br0 has stp=true .*no words for a forward delay of 0 s\. Write stp=false in \[bridge\] there, .*Or say stp, forwardDelay as it is there/,
    );
    const without = host({ keyfiles: { [ofBridge]: bridgeText("stp=false") } });
    expect(refused(without, {})).toMatch(/a forward delay of 0 s\. Say forwardDelay as it is there/);
    expect(refused(host(), { ...asIs, macAddress: "02:00:00:00:00:09" })).toMatch(
      /Write mac-address=02:00:00:00:00:09 in \[bridge\] there/,
    );
    expect(refused(host(), { ...asIs, macAddress: mac })).toEqual([]);
    expect(refused(host(), { ...asIs, mtu: 9000 })).toMatch(
      /Write mtu=9000 in \[ethernet\], mtu=9000 in \[ethernet\] of the profile of enp1s0 too there/,
    );
    const other = { addresses: ["192.0.2.20/24"], routes: [{ to: "default", via: "192.0.2.2" }] };
    expect(refused(host(), { ...asIs, addressing: other })).toMatch(
      /^addressing: .*Write method=manual in \[ipv4\], address1=192\.0\.2\.20\/24 in \[ipv4\], route1=0\.0\.0\.0\/0,192\.0\.2\.2 in \[ipv4\]/,
    );
    const same = { addresses: ["192.0.2.100/24"], routes: [{ to: "default", via: "192.0.2.1" }] };
    expect(refused(host(), { ...asIs, addressing: same })).toEqual([]);
  });

  test("what a hand has changed in the kernel is drift, and what it has written is set; NetworkManager has both links by their profiles then", () => {
    const changed = links.map((one) => (one.name === "br0" ? { ...one, forwardDelay: 7 } : one));
    const { differences, change } = plan(host({ links: changed }));
    expect(differences).toEqual(["the forward delay of br0 is 7 s instead of 15 s"]);
    const told = [`br0 ${bridgeId}`, `enp1s0 ${portId}`];
    expect(change).toMatchObject({ owner: "NetworkManager", keepOnApply: told, keepOnRollback: told });
    expect(change.apply).toContain("link set dev br0 type bridge forward_delay 1500");
    const written = host({ keyfiles: { [ofBridge]: bridgeText("stp=false") } });
    expect(plan(written, { forwardDelay: 15 }).differences).toEqual(["STP on br0 is on"]);
  });

  const other = `${folder}/old.nmconnection`;
  const old = (more = "") =>
    `[connection]\nid=old\nuuid=44\ntype=ethernet\ninterface-name=enp1s0\n${more}\n[ipv4]\nmethod=auto\n`;

  test("a NIC that is out of it, by another profile or by none, goes back into it", () => {
    const out = links.map((one) => (one.name === "enp1s0" ? { ...one, master: undefined } : one));
    for (const [now, words] of [
      [{ br0: ofBridge, enp1s0: other }, `NetworkManager has enp1s0 by ${other} instead of by ${ofPort}`],
      [{ br0: ofBridge }, `NetworkManager has enp1s0 by no profile instead of by ${ofPort}`],
    ] as const) {
      const { differences, change } = plan(host({ keyfiles: { [other]: old() }, links: out, active: now }));
      expect(differences).toEqual(["the uplink enp1s0 is not a port of br0", words]);
      expect(change.keepOnApply).toEqual([`br0 ${bridgeId}`, `enp1s0 ${portId}`]);
      expect(change.apply).toContain("link set dev enp1s0 up master br0");
    }
  });

  test.each<[string, Parts, RegExp]>([
    [
      "whose port nobody brings up",
      { keyfiles: { [ofPort]: portText("master=br0\nautoconnect=false") } },
      /^name: \S+Port 1\.nmconnection has enp1s0 come up by hand alone .*Run nmcli connection modify 33333333-/,
    ],
    [
      "whose port is another one's than the host's",
      { keyfiles: { [ofPort]: portText("master=br0\npermissions=user:ada:;") } },
      /has enp1s0 come up by hand alone/,
    ],
    [
      "by a profile in memory alone",
      {
        keyfiles: { "/run/NetworkManager/system-connections/lan.nmconnection": bridgeText() },
        active: { br0: "/run/NetworkManager/system-connections/lan.nmconnection", enp1s0: ofPort },
      },
      /^name: br0 is NetworkManager's by \/run\/\S+lan\.nmconnection, which is gone .*nmcli connection modify 22222222-/,
    ],
    [
      "whose NIC is a port by no profile",
      { keyfiles: { [ofPort]: "", [other]: old() }, active: { br0: ofBridge, enp1s0: other } },
      /^name: .*no profile makes enp1s0 its port: .*nmcli connection add type ethernet con-name br0-port ifname enp1s0 master br0/,
    ],
    [
      "whose NIC another profile takes at the next boot",
      { keyfiles: { [other]: old("autoconnect-priority=7") } },
      /^name: \S+old\.nmconnection is for enp1s0 too, with autoconnect-priority=7/,
    ],
    [
      "with a second NIC, also one that is not there now",
      { keyfiles: { [other]: portText("master=br0", "interface-name=enp2s0") } },
      /^name: .*with the ports enp1s0, enp2s0, and the program wants one on enp1s0 alone/,
    ],
    [
      "with a port that is no NIC",
      { links: [...links, link("bond0", { kind: "bond", master: "br0" })] },
      /^name: br0 is NetworkManager's by \S+, and has the port bond0, which is no NIC \(bond\)/,
    ],
    [
      "that is down",
      { links: [link("enp1s0")], active: {} },
      /^name: br0 is NetworkManager's by \S+lan\.nmconnection, and is not there now\. .*nmcli connection up 22222222-/,
    ],
  ])("%s is refused by its profile", (_, parts, words) => {
    expect(refused(host(parts))).toMatch(words);
  });

  test("a bridge that brings its port up need not have one that comes up by itself; nor a port its bridge", () => {
    const byBridge = {
      [ofBridge]: bridgeText("", "autoconnect-slaves=1"),
      [ofPort]: portText("master=br0\nautoconnect=no"),
    };
    expect(refused(host({ keyfiles: byBridge }))).toEqual([]);
    expect(refused(host({ keyfiles: { [ofBridge]: bridgeText("", "autoconnect=false") } }))).toEqual([]);
  });

  test("where a hand has deleted it, kvmnet makes one on the NIC's profile, and gives that back", () => {
    const gone = host({
      ...{
        keyfiles: { [ofBridge]: "", [ofPort]: "", [other]: old().replace("auto", "manual\naddress1=192.0.2.7/24") },
      },
      ...{ links: [link("enp1s0", { addresses: [addressOf("192.0.2.7/24")] })], active: { enp1s0: other } },
      records: new Map([
        ["br0", { owner, uplink: "enp1s0", previousConfig: {}, found: { files: [ofBridge], macAddress: mac } }],
      ]),
    });
    const { change, previousConfig } = plan(gone, {});
    expect([...change.files.keys()]).toContain(`${folder}/kvmnet-bridge-br0.nmconnection`);
    expect(Object.keys(previousConfig)).toEqual([other]);
    const record = JSON.parse(change.files.get("/var/lib/kvmnet/bridges/br0.json") ?? "");
    expect(record.found).toBeUndefined();
    const made = { ...gone, records: new Map([["br0", record]]) };
    expect(planRestore(made, "br0", previousConfig, { timeout: 60 }).change.keepOnApply).toEqual(["enp1s0 44"]);
  });

  test("a port's profile gives its NIC no addressing, whatever it leaves unsaid", () => {
    const { netplan } = host();
    expect(findDefinition(netplan, "enp1s0")?.places[0]?.map.toJSON()).toEqual({ dhcp4: false, dhcp6: false });
    expect(findDefinition(netplan, "br0")?.places[0]?.map.toJSON()).toMatchObject({ interfaces: ["enp1s0"] });
  });
});
