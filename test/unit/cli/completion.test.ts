import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { shells } from "../../../cli/shells";
import { expectGolden } from "../support/golden";
import { run } from "./run";

const goldens = join(__dirname, "completion");
mkdirSync(goldens, { recursive: true });

test.each(shells)("%s's script has the commands, options and words that there are", async (shell) => {
  const { code, stdout, stderr } = await run("completion", shell);
  expect([code, stderr]).toEqual([0, ""]);
  expectGolden(stdout, join(goldens, `kvmnet.${shell}`));
});

/** What bash offers at the end of a line. */
async function offered(line: string): Promise<string[]> {
  const { stdout } = await run("completion", "bash");
  const ask = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kvmnet; declare -p COMPREPLY';
  const script = `_known_hosts_real() { COMPREPLY=(kvm1); }\n${stdout}\n${ask}`;
  const words = line.split(" ");
  const cwd = join(__dirname, "help");
  const said = execFileSync("bash", ["--norc", "-uc", script, "bash", ...words], { encoding: "utf8", cwd });
  return [...said.matchAll(/\]="([^"]*)"/g)].map(([, word = ""]) => word);
}

test.each([
  ["kvmnet ", ["doctor", "topology", "facts", "history", "undo", "clean", "completion", "help"]],
  ["kvmnet do", ["doctor"]],
  ["kvmnet --v", ["--version"]],
  ["kvmnet doctor --self", ["--self-test", "--self-test-address", "--self-test-name"]],
  ["kvmnet topology --s", ["--svg", "--sudo"]],
  ["kvmnet --sudo topology --sv", ["--svg"]],
  ["kvmnet doctor --listen ", []],
  ["kvmnet doctor -i doc", ["doctor.txt"]],
  ["kvmnet doctor -J ", ["kvm1"]],
  ["kvmnet doctor --fix ", ["kvm1"]],
  ["kvmnet help t", ["topology"]],
  ["kvmnet completion f", ["fish"]],
])("bash completes %j", async (line, words) => {
  expect(await offered(line)).toEqual(words);
});
