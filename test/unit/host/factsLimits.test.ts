import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { factsScript } from "../../../provider/host/facts/script";
import { parseSections } from "../../../provider/host/facts/sections";

const script = factsScript;
/** All tools that it may start, whatever the host is. */
const tools = [
  "ip",
  "systemctl",
  "nmcli",
  "grep",
  "pgrep",
  "stat",
  "date",
  "sed",
  "head",
  "sort",
  "bridge",
  "nft",
  "iptables-nft-save",
  "awk",
  "virsh",
];

describe("a host whose tools do not end", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kvmnet-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A tool in place of the host's own. */
  function put(name: string, text: string): void {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }

  /** Runs it with the tools that were put; the limits are a tenth. */
  async function run(): Promise<{ output: Buffer; seconds: number }> {
    const quick = script
      .replaceAll('timeout -k 1 "$left"', 'timeout -k 0.2 "0.$left"')
      .replaceAll("timeout -k 1 15", "timeout -k 0.2 1.5");
    expect(quick).not.toBe(script);
    const began = performance.now();
    const child = spawn("sh", ["-c", quick], { env: { PATH: `${folder}:${process.env.PATH}` } });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part) => parts.push(part));
    child.stderr.resume();
    await once(child, "close");
    return { output: Buffer.concat(parts), seconds: (performance.now() - began) / 1000 };
  }

  /** A number of seconds that nobody else sleeps for: by it, its processes are known. */
  const forever = `86${process.pid}`;
  const left = () => spawnSync("pgrep", ["-fx", `sleep ${forever}`]).stdout.toString();

  test.each(tools)(
    "%s: everything else is told, and it is not left behind",
    async (tool) => {
      put(tool, `#!/bin/sh\nsleep ${forever} & sleep ${forever}\n`);
      // What makes the others of use.
      if (tool === "nmcli") put("systemctl", "#!/bin/sh\n");
      const { output, seconds } = await run();
      expect(seconds).toBeLessThan(20);
      expect(left()).toBe("");
      const sections = parseSections(output);
      const names = sections.map(({ name }) => name);
      for (const name of ["machineId", "addresses", "routes", "networkManager", "vmStarts", "files"])
        expect(names).toContain(name);
      const facts = parseFacts(output);
      expect(facts.machineId).toMatch(/^[0-9a-f]{32}$/);
      if (["ip", "nft", "iptables-nft-save", "awk", "nmcli"].includes(tool))
        expect(facts.unreadable.map(({ what }) => what).join()).toMatch(
          /did not answer in time|did not print them all/,
        );
      if (tool !== "ip") expect(facts.links.map(({ name }) => name)).toContain("lo");
    },
    30_000,
  );

  test("all of them: it ends all the same", async () => {
    for (const tool of tools)
      put(tool, `#!/bin/sh\ntrap '' TERM\nsleep ${forever} & sleep ${forever}; sleep ${forever}\n`);
    const { output, seconds } = await run();
    expect(seconds).toBeLessThan(30);
    expect(left()).toBe("");
    expect(parseFacts(output).unreadable.length).toBeGreaterThan(3);
  }, 60_000);

  test("a ruleset of a megabyte is read, and keeps nobody waiting", async () => {
    const rule = (at: number) => ({
      set: { family: "ip", name: `set${at}`, table: "nat", type: "ipv4_addr", handle: at },
    });
    const text = JSON.stringify({ nftables: [...Array(12_000).keys()].map(rule) });
    expect(text.length).toBeGreaterThan(1_000_000);
    writeFileSync(join(folder, "ruleset"), text);
    put("nft", `#!/bin/sh\nexec cat ${join(folder, "ruleset")}\n`);
    const { output } = await run();
    expect(parseSections(output).find(({ name }) => name === "nft")).toMatchObject({ code: 0, text });
    expect(parseFacts(output).unreadable).toEqual([]);
  }, 30_000);

  test("a ruleset without end is told to be too long, and the rest is there", async () => {
    put("nft", "#!/bin/sh\nexec yes '{\"nftables\": []}'\n");
    const { output } = await run();
    expect(output.length).toBeLessThan(9 * 1024 * 1024);
    const { unreadable, links } = parseFacts(output);
    expect(unreadable.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^`nft -j list ruleset` can't be read: (it printed too much|it did not answer in time)/),
    ]);
    expect(links.length).toBeGreaterThan(0);
  }, 30_000);
});
