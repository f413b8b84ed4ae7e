import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Facts } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { bridge } from "../../../../provider/resources/bridge/definition";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../../../provider/resources/bridge/restore";
import { recordedHost } from "../../support/recordedHosts";

const folder = "/etc/NetworkManager/system-connections";
const ofBridge = `${folder}/kvmnet-bridge-br0.nmconnection`;
const user = "11111111-1111-4111-8111-111111111111";
const owner = "urn:x::br";
const { host, differs } = parse(
  readFileSync(join(__dirname, "../../plan/bridge/cases/aNicOfNetworkManagersBecomesAPort/case.yaml"), "utf8"),
);
const keyfile = `keyfile:${folder}/lan.nmconnection`;
const clientId = "01:02:e8:53:bf:3b:d1";

/** As nmcli 1.42 and 1.52 print it, cut short. */
const told = `GENERAL.DEVICE:enp1s0
DHCP4.OPTION[1]:broadcast_address = 192.0.2.255
DHCP4.OPTION[2]:dhcp_client_identifier = ${clientId}
DHCP4.OPTION[3]:dhcp_lease_time = 3600
DHCP4.OPTION[6]:domain_name_servers = 192.0.2.1 192.0.2.2
DHCP4.OPTION[9]:ip_address = 192.0.2.100
DHCP4.OPTION[11]:requested_broadcast_address = 1
DHCP6.OPTION[1]:dhcp6_client_id = 00\\:04\\:a8
DHCP6.OPTION[3]:iaid = 56:50:4d:98

GENERAL.DEVICE:lo
`;

const inputs = (more: object = {}) => bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...more });

/** A host whose NIC has its address by DHCP. */
function leased(leases = told, method = "method=auto"): Facts {
  const text = differs[keyfile]
    .replace(/^address1=.*\n/m, "")
    .replace("method=manual", method)
    .replace("method=disabled", "method=auto");
  const recorded = recordedHost(host, { ...differs, [keyfile]: text, profileLeases: leases });
  // The recorded one has a fixed address.
  const dynamic = recorded.toString().replace(/"local":"192\.0\.2\.100"/, '"dynamic":true,$&');
  const facts = parseFacts(reframed(dynamic));
  const life = { validLifetime: 3000, preferredLifetime: 3000 };
  const links = facts.links.map((link) => ({
    ...link,
    addresses: link.addresses.map((one) => (one.local === "192.0.2.100" ? { ...one, ...life } : one)),
  }));
  return { ...facts, links };
}

/** Sections are headed by their length. */
function reframed(text: string): Buffer {
  return Buffer.from(
    text.replace(/^addresses 0 (\d+)$/m, (_, bytes) => `addresses 0 ${Number(bytes) + '"dynamic":true,'.length}`),
  );
}

const facts = leased();

test("what DHCP gave a link, and by which identity, NetworkManager tells", () => {
  const link = facts.links.find(({ name }) => name === "enp1s0");
  expect(link?.lease).toEqual({
    ...{ client: "NetworkManager", address: "192.0.2.100", clientId: clientId.replaceAll(":", "") },
    nameservers: ["192.0.2.1", "192.0.2.2"],
  });
  expect(facts.profiles.get("enp1s0")?.identity).toEqual({ clientId, duid: "00:04:a8", iaid: "56:50:4d:98" });
});

describe("a NIC that asks DHCP by NetworkManager", () => {
  const { change } = planUpdate(facts, inputs(), owner, "br0");
  const text = change.files.get(ofBridge) ?? "";

  test("its lease goes over, and the bridge is to the servers what the NIC was", () => {
    expect(change.handOver).toEqual({ client: "NetworkManager", from: "enp1s0", to: "br0" });
    expect(text).toContain(
      `[ipv4]\ndns=192.0.2.1;\ndns-search=lab.test;\nmethod=auto\nroute-metric=100\ndhcp-client-id=${clientId}\n`,
    );
    expect(text).toContain("[ipv6]\nmethod=auto\nroute-metric=100\ndhcp-duid=00:04:a8\ndhcp-iaid=56:50:4d:98\n");
    // NetworkManager may find no server: the address ends when the lease does.
    expect(change.apply).toContainEqual(
      expect.stringMatching(/^address replace 192\.0\.2\.100\/24 .* valid_lft 3000 /),
    );
  });

  test("a bridge that is there keeps what its profile has, whatever NetworkManager tells by now", () => {
    const later = leased(told.replace(clientId, "ff:00").replace("DHCP6", "DHCP7"));
    const keyfiles = new Map([...later.keyfiles, [ofBridge, text]]);
    expect(planUpdate({ ...later, keyfiles }, inputs(), owner, "br0").change.files.get(ofBridge)).toBeUndefined();
  });

  test("it comes back where the bridge has one; else NetworkManager asks anew", () => {
    const { previousConfig } = planUpdate(facts, inputs(), owner, "br0");
    const profiles = new Map([...facts.profiles].map(([, one]) => ["br0", one] as const));
    const links = facts.links.flatMap((link) =>
      link.name === "enp1s0"
        ? [
            { ...link, master: "br0", addresses: [], lease: undefined },
            { ...link, name: "br0", kind: "bridge" },
          ]
        : [link],
    );
    const records = new Map([["br0", { owner, uplink: "enp1s0", previousConfig }]]);
    const bridged = { ...facts, links, profiles, records };
    const { confirm } = inputs();
    const back = planRestore(bridged, "br0", previousConfig, confirm).change;
    expect(back.handOver).toEqual({ client: "NetworkManager", from: "br0", to: "enp1s0" });
    expect(back.keepOnApply).toEqual([`enp1s0 ${user}`]);
    const without = links.map((link) => ({ ...link, lease: undefined }));
    expect(planRestore({ ...bridged, links: without }, "br0", previousConfig, confirm).change.handOver).toBeUndefined();
  });

  test.each<[string, Facts, object, RegExp]>([
    ["without a lease", leased(""), {}, /tells of no lease that the host has .*See that the DHCP server answers/],
    [
      "by another program of NetworkManager's",
      leased(told.replace("dhcp_client_identifier", "x")),
      {},
      /tells of no identity .*See that NetworkManager asks by its own client/,
    ],
    [
      "with another MAC address",
      facts,
      { macAddress: "02:00:00:00:00:77" },
      /knows the host by .*Leave macAddress out/,
    ],
    [
      "with fixed addresses beside it",
      facts,
      { addressing: { addresses: ["192.0.2.100/24"] } },
      /lan\.nmconnection has the uplink ask DHCP, .*Leave addressing out/,
    ],
  ])("%s it is refused in words", (_, on, more, words) => {
    expect(() => planUpdate(on, inputs(more), owner, "br0")).toThrow(words);
  });
});
