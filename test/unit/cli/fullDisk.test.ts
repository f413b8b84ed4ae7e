import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordedHost } from "../support/recordedHosts";
import { answer, SshServer } from "../support/sshServer";
import { way } from "./way";

const root = join(__dirname, "../../..");

/** A command line in a shell of its own, which `line` has as "$@". */
async function inShell(line: string, args: readonly string[]) {
  const typed = [process.execPath, "--import", "tsx", "cli/main.ts", ...args];
  const child = spawn("bash", ["-c", line, "bash", ...typed], { cwd: root });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (part) => {
      said[stream] += part;
    });
  const [code] = await once(child, "close");
  return { code, ...said };
}

test.each([
  [
    "stdout on a disk that is full is an error",
    ["help"],
    ">/dev/full",
    2,
    /^kvmnet: what was asked for can't be written: ENOSPC: [^\n]*\n$/,
  ],
  ["stderr on a disk that is full says nothing, and the exit code is what it is", ["doctor"], "2>/dev/full", 64, /^$/],
  ["stdout that nobody reads to its end is no error", ["help"], "> >(true)", 0, /^$/],
])(
  "%s",
  async (_, args, where, expected, words) => {
    const { code, stderr } = await inShell(`"$@" ${where}`, args);
    expect(stderr).toMatch(words);
    expect(code).toBe(expected);
  },
  60_000,
);

test("a trace that can't be written any more is said once, and what is done is done to its end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kvmnet-"));
  const trace = join(folder, "trace");
  await using server = await SshServer.start({ onExec: answer(recordedHost("dhcpDebian13")) });
  const args = ["doctor", "--listen", "0", "--json", "--trace", trace, ...way(folder, server), "127.0.0.1"];
  const most = 1;
  const { code, stdout, stderr } = await inShell(
    `trap '' XFSZ; ulimit -f ${most}; "$@" | cat; exit "\${PIPESTATUS[0]}"`,
    args,
  );
  const [head] = readFileSync(trace, "utf8").split("\n");
  rmSync(folder, { recursive: true });
  expect(stderr.split("\n")).toEqual([
    expect.stringMatching(/^kvmnet: --trace .*: it ends here: EFBIG: file too large$/),
    "",
  ]);
  expect(head).toMatch(/^# kvmnet /);
  expect(JSON.parse(stdout)).toEqual(expect.any(Array));
  expect([0, 1]).toContain(code);
}, 60_000);
