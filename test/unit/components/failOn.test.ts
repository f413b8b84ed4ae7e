import { sentences } from "../../../components/failOn";
import { finding, sentences as ofTheDoctor } from "../../../provider/plan/diagnose/finding";

test("a program's failOn says a finding as the doctor does", () => {
  const words = { subject: "bridge br0", evidence: "e", cause: "C.", fix: "F." };
  const found = finding("mtu", "warning", words);
  expect(sentences(found)).toBe(ofTheDoctor(found));
});
