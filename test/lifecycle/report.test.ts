import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Entry } from "../../provider/plan/entry";
import { run } from "../lab/command";
import { fences } from "../lab/documented";
import { ensurePackages } from "../lab/ensurePackages";
import { Leaks } from "../lab/leaks";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const secret = "planted-report-5c2e";

const netplan = `network:
  version: 2
  tunnels: {wg0: {mode: wireguard, keys: {private: ${secret}}}}
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24]
      routes: [{to: default, via: 192.0.2.1}]
`;

/** The lines of docs/preview.md that ask a report with jq, each in a shell of its own. */
const asking = fences("docs/preview.md", "sh").flatMap((text) =>
  text.split("\n").filter((line) => /\bjq\b/.test(line)),
);

/** What such a line prints of a report, and how its shell ends. */
async function asked(line: string, entries: readonly Entry[]): Promise<{ code: number | null; stdout: string }> {
  const folder = await mkdtemp(join(tmpdir(), "kvmnet-report-"));
  try {
    await writeFile(join(folder, "report.jsonl"), entries.map((one) => `${JSON.stringify(one)}\n`).join(""));
    const { code, stdout, stderr } = await run(["sh", "-c", line], { cwd: folder });
    expect(stderr).toBe("");
    return { code, stdout };
  } finally {
    await rm(folder, { recursive: true });
  }
}

beforeAll(ensurePackages, minutes);

test(
  "KVMNET_REPORT has what a preview says, what an operation did and what it failed with, an entry in a line each",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan });
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const { host: address, port } = host.connection;
    const of = { host: `root@${address}:${port}`, resource: expect.stringMatching(/::kvmnet:index:Bridge::br$/) };
    const leaks = new Leaks([secret, host.connection.privateKey]);
    await stack.say(programOf(host, ["br"]));

    const preview = await stack.preview();
    const [entry, ...more] = await running.report();
    expect(more).toEqual([]);
    expect(entry).toEqual({
      ...{ ...of, kind: "preview", operation: "create", severity: "info" },
      time: expect.stringMatching(/^20\d\d-.*Z$/),
      text: expect.stringMatching(/^bridge br0 on enp1s0\n.* move from enp1s0 to br0\.\n[^\n-+]*/),
      files: [
        { path: "/etc/netplan/01-netcfg.yaml", diff: expect.stringMatching(/^--- \/etc.*\n\+\+\+ \/etc.*\n@@ /) },
        { path: "/etc/netplan/80-kvmnet-br0.yaml", diff: expect.stringMatching(/^--- \/dev\/null\n/) },
      ],
    });
    // All that a person reads.
    for (const line of [
      ...(entry?.text.split("\n") ?? []),
      ...(entry?.files ?? []).flatMap(({ diff }) => diff.split("\n")),
    ])
      expect(preview).toContain(line);

    // What the page's lines make of it: the words with the files' paths, and a pipeline that goes on.
    const [words = "", gate = ""] = asking;
    expect(asking).toHaveLength(2);
    const paths = "/etc/netplan/01-netcfg.yaml\n/etc/netplan/80-kvmnet-br0.yaml\n";
    expect(await asked(words, entry ? [entry] : [])).toEqual({ code: 0, stdout: `${entry?.text}\n${paths}` });
    expect(await asked(gate, entry ? [entry] : [])).toEqual({ code: 0, stdout: "" });

    await stack.up();
    const done = await running.report();
    expect(done).toContainEqual(
      expect.objectContaining({
        ...of,
        kind: "operation",
        operation: "create",
        text: expect.stringMatching(/^br0 is up, /),
      }),
    );

    await stack.say(programOf(host, ["br"], { br: { uplink: "enp9s0" } }));
    expect((await stack.pulumi.preview()).code).not.toBe(0);
    const refused = (await running.report()).filter(({ kind }) => kind !== "finding");
    const text = "uplink: the host has no interface enp9s0; it has enp1s0.";
    expect(refused).toEqual([
      {
        ...{ kind: "preview", operation: "update", severity: "error" },
        ...{ resource: of.resource, time: expect.any(String), text },
      },
    ]);
    expect(await asked(gate, refused)).toEqual({ code: 1, stdout: "" });
    expect(await asked(words, refused)).toEqual({ code: 0, stdout: `${text}\n` });
    expect(leaks.in(JSON.stringify([entry, done, refused]))).toEqual([]);
  },
  5 * minutes,
);

test(
  "what is wrong with a resource at its preview is a finding in it, with all that the doctor has of it",
  async () => {
    await using host = await SimulatedHost.start("kvm1");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    await stack.say(programOf(host, ["br"]));
    await stack.up();
    await running.report();
    await host.must(["ip", "link", "set", "enp1s0", "down"]);
    await stack.preview();
    expect(await running.report()).toContainEqual(
      expect.objectContaining({
        ...{ kind: "finding", severity: "error", check: "port-without-carrier", subject: "port enp1s0" },
        ...{ evidence: expect.any(String), cause: expect.any(String), fix: expect.any(String), fixable: true },
      }),
    );
  },
  5 * minutes,
);
