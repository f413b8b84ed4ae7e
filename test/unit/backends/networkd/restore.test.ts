import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { planRestore } from "../../../../provider/resources/bridge/restore";
import { recordedHost } from "../../support/recordedHosts";

const file = "/etc/systemd/network/00-lan.network";
const dropIn = `${file}.d/more.conf`;
const restored = (differs: Record<string, string | null> = {}) => {
  const facts = parseFacts(recordedHost("networkdBridged", differs));
  const previousConfig = facts.records.get("br0")?.previousConfig ?? {};
  return planRestore(facts, "br0", previousConfig, { timeout: 60 });
};

test("a file by hand that is gone is put back with its drop-ins", () => {
  const { change, wanted } = restored({ [`unit:${file}`]: null, [`unit:${dropIn}`]: null });
  expect([...change.files.keys()]).toEqual([file, dropIn]);
  expect(wanted.addresses).toEqual(["192.0.2.100/24"]);
});

test("one that its user has changed since is in force as it is now, and a drop-in that is gone stays away", () => {
  const changed = "[Match]\nName=enp1s0\n\n[Network]\nAddress=192.0.2.101/24\nGateway=192.0.2.1\n";
  const { change, wanted } = restored({ [`unit:${file}`]: changed, [`unit:${dropIn}`]: null });
  expect([...change.files.keys()]).toEqual([]);
  expect(wanted.addresses).toEqual(["192.0.2.101/24"]);
});
