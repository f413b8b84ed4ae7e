import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const scripts = join(__dirname, "../../../provider/host/transaction");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kvmnet-probes-"));
  for (const name of readdirSync(scripts).filter((one) => one.endsWith(".sh")))
    copyFileSync(join(scripts, name), join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the host's script says of probes, on a host whose commands are these. */
function probed(lines: readonly string[], commands: Record<string, string>): string[] {
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(join(folder, "baseline"), "");
  writeFileSync(join(folder, "keep.apply"), "");
  writeFileSync(join(folder, "required"), lines.map((line) => `${line}\n`).join(""));
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const said = execFileSync("sh", [join(folder, "transaction.sh"), "probe"], { env, encoding: "utf8" });
  return said.trim().split("\n").sort();
}

const routes = String.raw`case "$*" in
"-4 route show table all default")
  printf 'default via 192.0.2.1 dev br0 proto static \ndefault proto static metric 5 \n\tnexthop via 192.0.2.9 dev br0 weight 1 \n' ;;
"-6 route show table all default") printf 'default via fe80::1 dev br0 proto ra metric 100 expires 1700sec pref medium\n' ;;
esac`;

test("a default route is there or not, whoever answers on the link", () => {
  const gateways = ["192.0.2.1", "192.0.2.9", "192.0.2.11", "fe80::1", "fe80::11"];
  const lines = gateways.map((gateway) => `route ${gateway}`);
  expect(probed(lines, { ip: routes, ping: "exit 0" })).toEqual([
    "failed route 192.0.2.11",
    "failed route fe80::11",
    "ok route 192.0.2.1",
    "ok route 192.0.2.9",
    "ok route fe80::1",
  ]);
});

test("of several names one that resolves is enough, as getent resolves it", () => {
  const getent = '[ "$2" = two.example ] || { sleep 0.05; exit 2; }';
  expect(probed(["names one.example two.example", "names one.example", "name two.example"], { getent })).toEqual([
    "failed names one.example",
    "ok name two.example",
    "ok names one.example two.example",
  ]);
});

test("a neighbour that answers no ping has answered ARP now, not some time before", () => {
  const ip = `case "$*" in
"neigh show to 192.0.2.5 nud reachable") echo "192.0.2.5 dev br0 lladdr 02:00:00:00:00:05 REACHABLE" ;;
"neigh show to 192.0.2.6 nud reachable") ;;
"neigh show to"*) echo "dev br0 lladdr 02:00:00:00:00:06 STALE" ;;
esac`;
  expect(probed(["neighbours 192.0.2.6 192.0.2.5", "neighbours 192.0.2.6"], { ip, ping: "exit 1" })).toEqual([
    "failed neighbours 192.0.2.6",
    "ok neighbours 192.0.2.6 192.0.2.5",
  ]);
});
