import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { factsScript } from "../../../provider/host/facts/script";
import { parseSections } from "../../../provider/host/facts/sections";
import { findUnreadable } from "../../../provider/host/facts/unreadable";

/** The script's functions, without its last line, which runs them. */
const functions = factsScript.slice(0, factsScript.lastIndexOf("\n{"));

describe("the files that facts.sh prints", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kvmnet-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const printed = (...words: string[]) =>
    parseSections(execFileSync("sh", ["-c", `${functions}\nfiles "$@"`, "sh", ...words]));

  const texts = {
    "a line": "network:\n",
    "no end of line": "network:\n  version: 2",
    "empty lines at its end": "a\n\n\n",
    "nothing in it": "",
    "what a shell and awk's printf would read": "%s \\n \\\\ $(id) `id` \"'\n",
    "letters of more than one byte": "ä – 🙂\n",
    "a carriage return": "a\r\nb\r\n",
    "a hundred kilobytes": "0123456789abcde\n".repeat(6400),
  };
  it.each(Object.entries(texts))("are whole: %s", (_what, text) => {
    const path = join(folder, "a b=c.yaml");
    writeFileSync(path, text);
    expect(printed("netplan", path)).toEqual([{ name: `netplan:${path}`, code: 0, text }]);
  });

  it("are of the section that was named last, in the order in which they were given", () => {
    const [first, second, third] = ["1", "2", "3"].map((name) => join(folder, name)) as [string, string, string];
    for (const path of [first, second, third]) writeFileSync(path, path);
    expect(printed("link", second, first, "lease", "tap", third).map(({ name }) => name)).toEqual([
      `link:${second}`,
      `link:${first}`,
      `tap:${third}`,
    ]);
  });

  it("are none where a pattern fits no file, or a folder", () => {
    expect(printed("netplan", join(folder, "*.yaml"), folder)).toEqual([]);
  });

  it("are said not to be all where they can't be read: never fewer than there are", () => {
    const { stdout } = spawnSync("sh", ["-c", factsScript.replace("\nrest()", "\nlimited() { return 2; }\nrest()")]);
    expect(parseSections(stdout).find(({ name }) => name === "files")).toEqual({ name: "files", code: 2, text: "" });
    const { unreadable } = parseFacts(stdout);
    expect(findUnreadable({ unreadable }, "records", ["br0"])).toHaveLength(1);
    expect(findUnreadable({ unreadable }, "netplan")).toHaveLength(1);
  });

  it("are told as such where one can't be opened, or is too long", () => {
    const [long, gone] = [join(folder, "long"), join(folder, "gone")];
    writeFileSync(long, "x".repeat(1024 * 1024 + 1));
    expect(printed("netplan", long)).toEqual([{ name: `netplan:${long}`, code: 27, text: "" }]);
    // Gone between the look at its name and the one at its text.
    const files = functions.replace('[ -f "$word" ] ||', "false &&");
    const sections = parseSections(execFileSync("sh", ["-c", `${files}\nfiles "$@"`, "sh", "netplan", gone]));
    expect(sections).toEqual([{ name: `netplan:${gone}`, code: 1, text: "" }]);
  });
});
