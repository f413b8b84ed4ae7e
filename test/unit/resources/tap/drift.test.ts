import type { Facts } from "../../../../provider/host/facts/facts";
import type { Link } from "../../../../provider/host/facts/links";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { tapScript } from "../../../../provider/host/tap/script";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import {
  enabledPath,
  keptParameters,
  makerOf,
  parametersPath,
  tapFiles,
  udevPath,
} from "../../../../provider/plan/tap/files";
import { parametersOf, tapDrift, tapMac } from "../../../../provider/resources/tap/model";
import { recordedHost } from "../../support/recordedHosts";

const host = parseFacts(recordedHost("bridged"));
const connection = { host: "kvm1.example" };
const inputs = { connection, name: "tap0", bridge: "br0", owner: "alice", multiQueue: false, vnetHdr: false };
const urn = "urn:pulumi:home::homelab::kvmnet:index:Tap::tap0";
const wanted = parametersOf(host, inputs, urn);
const link = {
  ...host.links.find(({ kind }) => kind === "bridge"),
  name: "tap0",
  kind: "tun",
  networkFile: undefined,
  networkdState: "unmanaged",
  master: "br0",
  mac: tapMac(host.machineId, "tap0"),
  tap: { owner: "alice", group: undefined, multiQueue: false, vnetHdr: true },
} as Link;

function withTap(changes: Partial<Link> = {}, files = tapFiles(wanted, tapScript), enabled = true): Facts {
  const taps = new Map([...files, ...(enabled ? ([[enabledPath("tap0"), ""]] as const) : [])]);
  return { ...host, links: [...host.links, { ...link, ...changes }], taps };
}

test("a TAP as wanted has no drift, whatever header the program that has it open asked for", () => {
  expect(tapDrift(withTap(), wanted)).toEqual([]);
});

test("the doctor has nothing against a TAP that no program has open", () => {
  const closed = withTap({ carrier: false, portState: "disabled", mtu: 1500, addresses: [], lease: undefined });
  expect(diagnose(closed)).toEqual(diagnose({ ...closed, links: host.links }));
});

test.each<[string, Facts, string[]]>([
  ["out of its bridge", withTap({ master: undefined }), ["the TAP tap0 is in no bridge instead of in br0"]],
  ["in another one", withTap({ master: "br1" }), ["the TAP tap0 is in br1 instead of in br0"]],
  ["down", withTap({ up: false }), ["tap0 is down"]],
  [
    "for anybody",
    withTap({ tap: { owner: undefined, group: undefined, multiQueue: false, vnetHdr: false } }),
    ["the owner of tap0 is nobody instead of alice"],
  ],
  [
    "with queues",
    withTap({ tap: { owner: "alice", group: "kvm", multiQueue: true, vnetHdr: false } }),
    ["the group of tap0 is kvm instead of none", "tap0 has several queues"],
  ],
  ["something else", withTap({ tap: undefined }), ["tap0 is no TAP"]],
  [
    "not started with the host",
    withTap({}, undefined, false),
    [`${enabledPath("tap0")} is not there: a reboot would lose the TAP`],
  ],
  [
    "with a file changed",
    withTap({}, new Map(tapFiles(wanted, tapScript)).set(udevPath("tap0"), "#")),
    [`${udevPath("tap0")} was changed by hand`],
  ],
])("a TAP that is %s is seen", (_, facts, sentences) => {
  expect(tapDrift(facts, wanted)).toEqual(sentences);
});

test("whose it is stands in its parameters, whatever is in a name", () => {
  const odd = { ...wanted, madeBy: "urn:one\ntwo" };
  expect(makerOf(tapFiles(odd, tapScript), "tap0")).toBe("urn:one\ntwo");
  expect(makerOf(new Map(), "tap0")).toBeUndefined();
  expect(tapFiles(wanted, tapScript).get(parametersPath("tap0"))).toBe(
    `tap0\nbr0\nalice\n-\n-\n${wanted.macAddress}\n${urn}\n`,
  );
});

test("what a TAP was made with can be read back", () => {
  const other = { ...wanted, owner: undefined, group: "kvm", multiQueue: true, vnetHdr: true };
  for (const made of [wanted, other]) expect(keptParameters(tapFiles(made, tapScript), "tap0")).toEqual(made);
});

test("of a TAP that somebody else made, kvmnet's files and MAC address are not missed", () => {
  const found = withTap({ mac: "fe:54:00:00:00:01" }, new Map(), false);
  expect(tapDrift(found, parametersOf(found, inputs, ""))).toEqual([]);
  const down = withTap({ up: false }, new Map(), false);
  expect(tapDrift(down, parametersOf(down, inputs, ""))).toEqual(["tap0 is down"]);
});
