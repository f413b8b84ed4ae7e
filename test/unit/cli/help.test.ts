import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { commandNames } from "../../../cli/commands";
import { version } from "../../../package.json";
import { expectGolden } from "../support/golden";
import { run } from "./run";

const goldens = join(__dirname, "help");
mkdirSync(goldens, { recursive: true });

test.each([["--help"], ["-h"], ["help"], ["--version", "--help"]])("%s says what there is", async (...args) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr]).toEqual([0, ""]);
  expectGolden(stdout, join(goldens, "kvmnet.txt"));
});

test.each(commandNames)("%s has a help of its own, however it is asked for", async (name) => {
  for (const args of [
    [name, "--help"],
    ["-h", name],
    ["help", name],
    [name, "kvm1", "--nonsense", "-h"],
  ]) {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stderr]).toEqual([0, ""]);
    expectGolden(stdout, join(goldens, `${name}.txt`));
  }
});

test("no line of a help is longer than a terminal is wide", async () => {
  for (const name of commandNames) {
    const { stdout } = await run("help", name);
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
  }
});

test.each([["--version"], ["-V"], ["doctor", "-V"]])("%s is kvmnet's version, not Node's", async (...args) => {
  expect(await run(...args)).toEqual({ code: 0, stdout: `kvmnet ${version}\n`, stderr: "" });
});
