import { report } from "../../../cli/report";
import { finding } from "../../../provider/plan/diagnose/finding";
import { lookedAt } from "../../../provider/plan/diagnose/lookedAt";
import { domain, factsWith, link } from "../support/facts";

const facts = factsWith({
  links: [link("br0", { kind: "bridge" }), link("enp1s0")],
  libvirt: { silent: false, networks: [], domains: [domain("web", []), domain("db", [])] },
});
const options = {
  paint: (_: string, words: string) => words,
  lookedAt: lookedAt(facts, { listened: 3, tried: false }),
  mends: ({ check }: { check: string }) => check === "tap-not-in-bridge",
};
const words = { subject: "VM web", evidence: "e", cause: "c", fix: "f" };

it("Nothing found says what was looked at", () => {
  expect(report("kvm1", [], options)).toBe(
    "kvm1: nothing found (looked at: 1 bridge, no libvirt networks, 2 VMs, firewall, next boot, 3 s of what the links carry)\n",
  );
});

it("What --fix mends is said of each finding that it mends, and of no other", () => {
  const text = report(
    "kvm1",
    [finding("tap-not-in-bridge", "error", words), finding("same-mac", "error", words)],
    options,
  );
  const [first, second] = text.split("\n\n").slice(1);
  expect(first).toContain("  --fix  kvmnet doctor --fix does it");
  expect(second).not.toContain("--fix");
});
