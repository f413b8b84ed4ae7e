import { profileWords } from "../../../../provider/host/facts/inNetworkManagersWords";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { addressOf, factsWith, link } from "../../support/facts";

const folder = "/etc/NetworkManager/system-connections";
const [user, ofBridge, ofPort] = ["lan", "kvmnet-bridge-br0", "kvmnet-port-br0"].map(
  (name) => `${folder}/${name}.nmconnection`,
) as [string, string, string];
const byRun = "/run/NetworkManager/system-connections/br0.nmconnection";
const addressing = "[ipv4]\nmethod=manual\naddress1=192.0.2.10/24,192.0.2.1\n";
const said = {
  user: `[connection]\nid=lan\ntype=ethernet\n${addressing}`,
  bridge: `[connection]\ntype=bridge\ninterface-name=br0\n${addressing}`,
  port: "[connection]\ntype=ethernet\ninterface-name=enp1s0\nautoconnect-priority=999\nmaster=br0\n",
  byNobody: `[connection]\ntype=bridge\ninterface-name=br0\nautoconnect=false\n${addressing}[.nmmeta]\nnm-generated=true\nexternal=true\n`,
};
const onDisk = { [user]: said.user, [ofBridge]: said.bridge, [ofPort]: said.port };
const texts = { ...onDisk, [byRun]: said.byNobody };
const wired = link("enp1s0", { addresses: [addressOf("192.0.2.10/24")] });
const bridged = [
  link("enp1s0", { master: "br0" }),
  link("br0", { kind: "bridge", addresses: [addressOf("192.0.2.10/24")] }),
];
const record = { owner: "urn:x::br", uplink: "enp1s0", previousConfig: { [user]: said.user } };

/** What the next boot changes, by the profiles that links have, and the keyfiles. */
function found(active: Record<string, string>, keyfiles: Record<string, string>, parts: object = {}) {
  const profiles = new Map(
    Object.entries(active).map(([name, path]) => [name, { uuid: `of ${path}`, state: "activated", path }]),
  );
  const own = { profiles, keyfiles: new Map(Object.entries(keyfiles)) };
  const facts = factsWith({ links: bridged, sshAddress: "192.0.2.10", ...own, ...parts });
  const netplan = new Map([...facts.netplan, ...profileWords(facts.netplan, own, facts.links)]);
  return diagnose({ ...facts, netplan }).filter(({ check }) => check === "next-boot");
}

const both = { br0: ofBridge, enp1s0: ofPort };

test("what NetworkManager's profiles have is found to be well, the user's beside kvmnet's too", () => {
  expect(found(both, onDisk)).toEqual([]);
  expect(found({ enp1s0: user }, { [user]: said.user }, { links: [wired] })).toEqual([]);
});

describe("what the next boot changes is told by its file", () => {
  const records = new Map([["br0", record]]);
  test.each<[string, Record<string, string>, Record<string, string>, object, RegExp]>([
    [
      "the profile of before, activated by hand",
      { br0: ofBridge, enp1s0: user },
      onDisk,
      { links: [wired, link("br0", { kind: "bridge" })], records },
      /^NetworkManager has enp1s0 by .*lan\.nmconnection, and .*kvmnet-port-br0\.nmconnection has autoconnect-priority=999$/,
    ],
    [
      "another profile that comes first, by the NIC's MAC address",
      { enp1s0: user },
      {
        [user]: said.user,
        "/etc/NetworkManager/system-connections/x": `[connection]\ntype=802-3-ethernet\nautoconnect-priority=5\n[802-3-ethernet]\nmac-address=${wired.mac.toUpperCase()}\n`,
      },
      { links: [wired] },
      /^NetworkManager has enp1s0 by .*, and .*system-connections\/x has autoconnect-priority=5$/,
    ],
    [
      "a bridge that it lost, beside a profile that is there",
      { br0: byRun, enp1s0: ofPort },
      texts,
      { records },
      /^NetworkManager has br0 by no profile \("connected \(externally\)"\) instead of by .*kvmnet-bridge-br0/,
    ],
    ["a bridge that a hand made", { br0: byRun }, texts, {}, /^NetworkManager has br0 by no profile/],
    [
      "a file that is gone",
      both,
      { [ofPort]: said.port },
      {},
      /^NetworkManager has br0 by .*kvmnet-bridge-br0.*, which is not there any more$/,
    ],
    [
      "a profile that nobody brings up",
      { enp1s0: user },
      { [user]: said.user.replace("id=lan", "autoconnect=false") },
      { links: [wired] },
      /lan\.nmconnection has enp1s0 come up by hand alone$/,
    ],
    [
      "another address",
      both,
      { ...onDisk, [ofBridge]: said.bridge.replace(".10/", ".11/") },
      {},
      /^br0 has 192\.0\.2\.10\/24, .*kvmnet-bridge-br0\.nmconnection does not give it that$/,
    ],
  ])("%s", (_, active, keyfiles, parts, evidence) => {
    const [one, ...others] = found(active, keyfiles, parts);
    expect(others).toEqual([]);
    expect(one?.evidence).toMatch(evidence);
    expect(one?.cause).toMatch(
      /^The files in \/etc\/NetworkManager\/system-connections .*next time that the link comes/,
    );
  });
});

test("what is not NetworkManager's to bring up, is none of its leftovers", () => {
  const netplan = new Map([["/etc/netplan/a.yaml", "network: {bridges: {br0: {addresses: [192.0.2.10/24]}}}"]]);
  expect(found({ br0: byRun }, texts, { netplan })).toEqual([]);
  // It makes one for each NIC that has none, at each boot.
  const made = "/run/NetworkManager/system-connections/Wired connection 1.nmconnection";
  expect(found({ enp1s0: made }, {}, { links: [wired] })).toEqual([]);
  const byWork = {
    [user]: said.user,
    [`${folder}/y`]: "[connection]\ntype=ethernet\nautoconnect-priority=5\n[match]\n",
  };
  expect(found({ enp1s0: user }, byWork, { links: [wired] })).toEqual([]);
});

test("a bridge of kvmnet's has nobody who brings it up again where NetworkManager does not run any more", () => {
  const [first] = found({}, { [ofBridge]: said.bridge });
  expect(first).toMatchObject({
    check: "next-boot",
    evidence: expect.stringContaining(`${ofBridge} has br0, and NetworkManager does not run`),
  });
});
