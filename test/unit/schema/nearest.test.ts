import * as fc from "fast-check";
import { nearest } from "../../../provider/schema/nearest";

describe("the word that was probably meant", () => {
  it.each([
    ["addresing", "addressing"],
    ["brigde", "bridge"],
    ["Hosts", "hosts"],
    ["host", "hosts"],
  ])("%s: %s", (word, meant) => {
    expect(nearest(word, ["hosts", "vms", "bridge", "addressing"])).toBe(meant);
  });

  it("is none where none is near", () => {
    expect(nearest("kernel", ["hosts", "vms", "bridge"])).toBeUndefined();
    expect(nearest("", [])).toBeUndefined();
  });

  it("is the word itself where that is known", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }), (words) =>
        words.every((word) => nearest(word, words) === word),
      ),
    );
  });
});
