import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ensurePackages } from "../../lab/ensurePackages";

const script = join(__dirname, "../../../provider/host/selfTest/selfTest.pl");
const inside = ["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child"];

// Its ping. Without root, nothing can be installed, and what is there has to do.
beforeAll(async () => {
  if (process.getuid?.() === 0) await ensurePackages();
}, 120_000);

/** What the self-test says against a DHCP server of this mode, and what the server got. */
function tried(mode: string) {
  const args = [...inside, "sh", join(__dirname, "selfTestScene.sh"), script, join(__dirname, "dhcpServer.pl"), mode];
  const lines = execFileSync("unshare", args, { encoding: "utf8" }).split("\n").filter(Boolean);
  const got = lines.flatMap((line) => {
    const [, type = "", xid = "", secs, server, from] =
      /^got (\S+) (\S+) secs (\d+) of (\S+) from (\S+)$/.exec(line) ?? [];
    return type ? [{ type, xid, secs: Number(secs), server, from }] : [];
  });
  return { said: lines.filter((line) => !line.startsWith("got ")), got };
}

const works = [
  "lease ok 192.0.2.50/24 from 192.0.2.1",
  "gateway ok 192.0.2.1",
  "dns ok 192.0.2.1",
  "release ok 192.0.2.50/24",
];

test.each([
  ["that pings an address for 3 s before it offers it", "check"],
  ["beside which another one offers, and refuses what was not asked of it", "two"],
  ["that sends each offer twice", "twice"],
  ["that did not hear the first DISCOVER", "late"],
])("a DHCP server %s gives a lease in one transaction, and has it back", (_, mode) => {
  const { said, got } = tried(mode);
  expect(said).toEqual(works);
  const asking = got.filter(({ type }) => type !== "RELEASE");
  expect(new Set(asking.map(({ xid }) => xid)).size).toBe(1);
  expect(asking.filter(({ type }) => type === "REQUEST")).toHaveLength(1);
  expect(got.at(-1)).toMatchObject({ type: "RELEASE", server: "192.0.2.1", from: "192.0.2.50" });
  // Sent again after 4 s, give or take one, and not before.
  const again = asking.filter(({ type }) => type === "DISCOVER").slice(1);
  for (const { secs } of again) expect(secs).toBeGreaterThanOrEqual(3);
  if (mode === "late") expect(again).toHaveLength(1);
});

test("a server that takes its offer back is told as that, and nothing is given back", () => {
  const { said, got } = tried("takesBack");
  expect(said).toEqual(["lease failed the server takes its offer back"]);
  expect(got.map(({ type }) => type)).toEqual(["DISCOVER", "REQUEST"]);
});
