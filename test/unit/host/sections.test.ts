import { parseSections } from "../../../provider/host/facts/sections";

const bytes = (text: string) => Buffer.from(text, "utf8");

test("a section has as many bytes as it says, whatever they look like", () => {
  const text = "uid 0 7\nfake\n";
  expect(parseSections(bytes(`a 0 ${text.length}\n${text}\nfile:/etc/ü 1 2\nü\n`))).toEqual([
    { name: "a", code: 0, text },
    { name: "file:/etc/ü", code: 1, text: "ü" },
  ]);
});

test.each([
  ["cut off", "a 0 10\nabc\n"],
  ["cut off in its header", "a 0"],
  ["no section", "Welcome to kvm1!\na 0 1\nx\n"],
])("a reply that is %s is an error, never fewer facts", (_what, text) => {
  expect(() => parseSections(bytes(text))).toThrow(/a section without a header|is cut off/);
});
