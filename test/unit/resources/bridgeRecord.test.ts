import { mark, record } from "../../../provider/host/facts/printed";
import type { OwnerMark } from "../../../provider/host/facts/records";
import type { BridgePlan } from "../../../provider/resources/bridge/bridgePlan";
import { withMark } from "../../../provider/resources/bridge/owner";

/** One value for all that a bridge's record may have: what is new there has to be said here. */
const whole = record.required().parse({
  ...{
    owner: "urn:before",
    ownerId: "before",
    made: "2026-01-01T00:00:00Z",
    pending: true,
    replaces: true,
    before: {},
  },
  ...{ uplink: "enp1s0.20", previousConfig: { "/etc/netplan/a.yaml": "network: {}" }, moved: true },
  found: { files: ["/etc/netplan/a.yaml"], macAddress: "52:54:00:00:00:01" },
  vlan: { link: "enp1s0", vlan: 20 },
});

test("the record of a bridge keeps all that its plan has in it but whose it was, whosever mark it gets", () => {
  const kept = Object.entries(whole).filter(([key]) => !Object.keys(mark.shape).includes(key));
  const plan = { record: JSON.stringify(whole), change: { files: new Map() } };
  const now: OwnerMark = { owner: "urn:pulumi:s::p::kvmnet:index:Bridge::br", ownerId: "now" };
  const marked = withMark(plan as unknown as BridgePlan, "br20", now);
  expect(record.parse(JSON.parse(marked.record))).toEqual({ ...Object.fromEntries(kept), ...now });
  expect(kept.length).toBeGreaterThan(4);
});
