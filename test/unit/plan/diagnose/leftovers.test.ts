import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { remediesOf } from "../../../../provider/plan/diagnose/remedies";
import { factsWith } from "../../support/facts";

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
