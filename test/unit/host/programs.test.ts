import { spawnSync } from "node:child_process";
import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { parseFilters, xdpOf } from "../../../provider/host/facts/parsePrograms";
import { factsScript } from "../../../provider/host/facts/script";
import { diagnose } from "../../../provider/plan/diagnose/diagnose";
import { impactsOf } from "../../../provider/plan/impact/impacts";
import { factsWith, link } from "../support/facts";

/** As tc of iproute2 6.1 prints them: a head, then the filter. */
const head = '{"protocol":"ip","pref":1,"kind":"u32","chain":0}';
const u32 = (action: string) =>
  `[${head},{"protocol":"ip","pref":1,"kind":"u32","chain":0,"options":{"fh":"800:","ht_divisor":1}},{"protocol":"ip","pref":1,"kind":"u32","chain":0,"options":{"fh":"800::800","match":{"value":"0","mask":"0","offmask":"","off":0},"actions":[${action}]}}]`;
const mirred = (how: string, to: string, then: string) =>
  `{"order":1,"kind":"mirred","mirred_action":"${how}","direction":"egress","to_dev":"${to}","control_action":{"type":"${then}"},"index":1,"ref":1,"bind":1}`;
const bpf =
  '[{"protocol":"all","pref":49152,"kind":"bpf","chain":0},{"protocol":"all","pref":49152,"kind":"bpf","chain":0,"options":{"handle":"0x1","bpf_name":"lan.o:[cls]","direct-action":true,"not_in_hw":true,"prog":{"id":98,"name":"","tag":"614b434cd8324ecc","jited":1}}}]';

test.each([
  ["sends frames elsewhere", u32(mirred("redirect", "v1", "stolen")), ["tc filter ingress pref 1 u32 mirred redirect"]],
  [
    "drops",
    u32('{"order":1,"kind":"gact","control_action":{"type":"drop"}}'),
    ["tc filter ingress pref 1 u32 gact drop"],
  ],
  ["takes what is too much", u32('{"order":1,"kind":"police"}'), ["tc filter ingress pref 1 u32 police"]],
  ["is a program that decides", bpf, ["tc filter ingress pref 49152 bpf lan.o:[cls] direct-action"]],
  ["gives a rate by an ifb", u32(mirred("redirect", "ifb0", "stolen")), []],
  ["copies", u32(mirred("mirror", "v1", "pipe")), []],
  ["lets pass", u32('{"order":1,"kind":"gact","control_action":{"type":"pass"}}'), []],
  ["has no action", `[${head}]`, []],
])("a filter of tc's that %s", (_, json, programs) => {
  const missed: string[] = [];
  const found = parseFilters(`enp1s0 ingress ${json}\nenp1s0 egress []`, (_part, _about, what) => missed.push(what));
  expect(found.get("enp1s0")).toEqual(programs);
  expect(missed).toEqual([]);
});

test("what can't be read of them is told by its link", () => {
  const missed: unknown[] = [];
  parseFilters("enp1s0 ingress [{]", (...all) => missed.push(all));
  expect(missed).toEqual([
    ["firewall", ["enp1s0"], "`tc -j filter show dev enp1s0 ingress` can't be read: it is no JSON"],
  ]);
});

/** Lets everything pass, by tcx, for as long as its child runs: on a link, by the index. */
const attach = `
  my ($machine, $index) = @ARGV;
  sub bpf {
    my ($command, $what) = @_;
    my $said = syscall({qw(x86_64 321 aarch64 280)}->{$machine} + 0, $command, $what, length $what);
    $said < 0 ? die "bpf $command: $!" : $said;
  }
  my $code = pack "C C s l C C s l", 0xb7, 0, 0, -1, 0x95, 0, 0, 0;
  my $licence = "GPL\\0";
  my $program = bpf 5, pack "L L Q Q x120", 3, 2, map { unpack "Q", pack "P", $_ } $code, $licence;
  bpf 28, pack "L L L L x128", $program, $index, 46, 0;
  exit if fork;
  sleep;`;

test("a program of tcx is told, which tc does not show", () => {
  const scene = `
    mount -t sysfs sysfs /sys && ip link add enp1s0 type veth peer name peer &&
    perl -e "$1" -- "$(uname -m)" "$(cat /sys/class/net/enp1s0/ifindex)" && sh -c "$2" sh network`;
  // All that runs in it ends with it.
  const inside = ["-nmpf", "--kill-child", "sh", "-c", scene, "scene", attach, factsScript];
  const { stdout } = spawnSync("unshare", inside);
  const { links } = parseFacts(stdout);
  expect(links.find(({ name }) => name === "enp1s0")?.programs).toEqual([
    expect.stringMatching(/^tcx ingress prog id \d+$/),
  ]);
});

test("an XDP program is told as ip has it", () => {
  expect(xdpOf({ mode: 2, prog: { id: 97, name: "" }, attached: [] })).toEqual(["xdpgeneric prog id 97"]);
  expect(xdpOf({ mode: 1, prog: { id: 5, name: "lan_drop" } })).toEqual(["xdp prog id 5 name lan_drop"]);
  expect(xdpOf(undefined)).toEqual([]);
});

describe("a program on a bridge's way to the wire", () => {
  const programs = ["xdp prog id 5"];
  const bridge = link("br0", { kind: "bridge" });
  const found = (...links: ReturnType<typeof link>[]) =>
    diagnose(factsWith({ links: [bridge, ...links] }), []).map(({ check, subject, evidence }) => [
      check,
      subject,
      evidence,
    ]);

  test.each([
    ["on its port", [link("enp1s0", { master: "br0", programs })], "enp1s0"],
    [
      "on a member of the bond that is its port",
      [link("bond0", { kind: "bond", master: "br0" }), link("enp1s0", { master: "bond0", programs })],
      "enp1s0",
    ],
    [
      "on the link of the VLAN that is its port",
      [link("enp1s0.20", { kind: "vlan", parent: "enp1s0", master: "br0" }), link("enp1s0", { programs })],
      "enp1s0",
    ],
  ])("%s is found", (_, links, on) => {
    const [port] = links;
    expect(found(...links)).toEqual([
      ["packet-path", `port ${port?.name}`, `${on}: xdp prog id 5; ${port?.name} master br0`],
    ]);
  });

  test.each([
    ["on a VM's TAP", [link("enp1s0", { master: "br0" }), link("vnet0", { kind: "tun", master: "br0", programs })]],
    ["on another NIC", [link("enp1s0", { master: "br0" }), link("enp2s0", { programs })]],
  ])("%s is none", (_, links) => {
    expect(found(...links)).toEqual([]);
  });

  test("is told where its NIC becomes a port", () => {
    const nic = link("enp1s0", { programs });
    const step = { gone: "enp1s0", successor: "br0", enslaved: nic, deleted: false };
    expect(impactsOf(factsWith({ links: [nic] }), step)).toEqual([
      {
        name: "program:enp1s0",
        says: expect.stringContaining("enp1s0 has xdp prog id 5, which stays"),
        remedy: "",
        verdict: "seen to",
      },
    ]);
  });
});
