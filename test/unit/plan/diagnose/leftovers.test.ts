import type { LibvirtDomain } from "../../../../provider/host/facts/libvirt";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { remediesOf } from "../../../../provider/plan/diagnose/remedies";
import { domain, factsWith, nic } from "../../support/facts";

const about = (parts: Parameters<typeof factsWith>[0]) =>
  diagnose(factsWith(parts)).map(({ check, evidence }) => `${check}: ${evidence}`);
const mended = (parts: Parameters<typeof factsWith>[0]) => remediesOf(factsWith(parts)).map(({ check }) => check);

test("a change that waits to be confirmed is told as such", () => {
  const waits = { armed: "0123456789ab" };
  expect(about(waits)).toContain("unconfirmed-change: /var/lib/kvmnet/armed/id: 0123456789ab");
  expect(mended(waits)).toEqual(["unconfirmed-change"]);
});

test("one that could not be undone to its end is told with what the host lacks, and as that alone", () => {
  const lacks = {
    armed: "0123456789ab",
    incomplete: "the kernel lacks: route replace 203.0.113.0/24\nnetworkd does not run\n",
  };
  const told = about(lacks).filter((line) => /unconfirmed|incomplete/.test(line));
  expect(told).toEqual(["incomplete-way-back: the kernel lacks: route replace 203.0.113.0/24; networkd does not run"]);
  expect(mended(lacks)).toEqual(["incomplete-way-back"]);
});

test("a NIC that is out of its VM is told where no change goes on and the VM has it not by other means", () => {
  const mac = "52:54:00:00:00:01";
  const web = domain("web", []);
  const unplugged = [{ vm: web.uuid, mac, device: "enp1s0" }];
  const of = (vm: LibvirtDomain, more: object = {}) =>
    about({ unplugged, libvirt: { silent: false, networks: [], domains: [vm] }, ...more }).filter((line) =>
      line.startsWith("unplugged-nic"),
    );
  expect(of(web)).toEqual([`unplugged-nic: /var/lib/kvmnet/guests/${web.uuid}.52-54-00-00-00-01`]);
  expect(of(web, { armed: "0123456789ab" })).toEqual([]);
  expect(of({ ...web, live: [nic(mac, { bridge: "br0" })] })).toEqual([]);
  expect(of({ ...web, running: false })).toEqual([]);
  expect(of({ ...web, running: false, inactive: [nic(mac, { device: "enp1s0" })] })).toHaveLength(1);
});
