import type { Probe } from "../../../../provider/host/transaction/change";
import { unproven, withProofs } from "../../../../provider/plan/impact/standing";
import { addressOf, factsWith, link } from "../../support/facts";

const nic = link("enp1s0", { mac: "02:00:00:00:00:01", addresses: [addressOf("192.0.2.100/24")] });
const gateway: Probe = { kind: "gateway", address: "192.0.2.1" };
const near = (address: string, mac: string, device = "enp1s0") => ({ address, mac, device, reachable: true });
const router = near("192.0.2.1", "02:00:00:00:00:aa");
const client = (parts: object) => ({
  address: "192.0.2.10",
  device: "enp1s0",
  gateway: undefined,
  ...parts,
});
const vm = { name: "web", uuid: "1", running: true, live: [{ mac: "52:54:00:00:00:01" }], inactive: [] } as never;
const libvirt = { domains: [vm], networks: [], silent: false };

const demands = (parts: Parameters<typeof factsWith>[0], probes: readonly Probe[] = [gateway]) =>
  withProofs(factsWith({ links: [nic], neighbours: [router], ...parts }), ["enp1s0", "br0"], { probes, required: [] });

test.each([
  ["a workstation on the LAN", client({})],
  ["one behind the gateway", client({ address: "198.51.100.10", gateway: "192.0.2.1" })],
  ["a console: no SSH", undefined],
])("the way to %s shows the LAN", (_, one) => {
  expect(demands({ client: one })).toEqual({ probes: [gateway], required: [], proofs: [], inside: undefined });
});

const inside: [string, Parameters<typeof factsWith>[0], RegExp][] = [
  ["the host itself, by lo", { client: client({ address: "192.0.2.100", device: "lo" }) }, /from the host itself/],
  ["a jump host that is the host", { client: client({ address: "::1", device: "lo" }) }, /from the host itself/],
  [
    "a VM on the bridge",
    {
      client: client({ device: "br0" }),
      neighbours: [router, near("192.0.2.10", "52:54:00:00:00:01", "br0")],
      libvirt,
    },
    /from the VM web/,
  ],
  [
    "a VM of a QEMU without libvirt",
    {
      client: client({ device: "br0" }),
      neighbours: [router, { ...near("192.0.2.10", "02:00:00:00:00:10", "br0"), port: "tap0" }],
      links: [nic, link("tap0", { kind: "tun", master: "br0" })],
    },
    /over tap0, from a machine on the host itself/,
  ],
  [
    "the far end of a VPN that ends on the host",
    { client: client({ address: "10.8.0.2", device: "wg0" }) },
    /over wg0, not over enp1s0 or br0/,
  ],
  [
    "the far end of a VPN that ends in one of its VMs",
    {
      client: client({ address: "10.8.0.2", device: "br0", gateway: "192.0.2.50" }),
      neighbours: [router, near("192.0.2.50", "52:54:00:00:00:01", "br0")],
      libvirt,
    },
    /from the VM web.*192\.0\.2\.50/,
  ],
];

describe.each(inside)("the way from %s shows nothing of the LAN", (_, parts, words) => {
  test("and the gateway and neighbours do instead", () => {
    const { inside: why, proofs } = demands(parts);
    expect(why).toMatch(words);
    expect(proofs).toEqual([gateway, { kind: "neighbours", addresses: ["192.0.2.1"] }]);
  });

  test("and without any of them the change is refused, and says what to write", () => {
    const facts = { ...parts, neighbours: (parts.neighbours ?? []).filter((one) => one !== router) };
    expect(unproven(demands(facts, []), "enp1s0")).toMatch(/^confirm\.probes: .*confirm: \{ probes: \[\{ ping: /);
    expect(unproven(demands(facts, [{ kind: "tcp", host: "nas.example", port: 22 }]), "enp1s0")).toBeUndefined();
  });
});

test("a machine on the host that is no VM of libvirt's proves nothing", () => {
  const links = [nic, link("veth7", { kind: "veth", master: "br0" })];
  const neighbours = [router, { ...near("192.0.2.66", "02:00:00:00:00:66", "br0"), port: "veth7" }];
  const ping: Probe = { kind: "ping", address: "192.0.2.66" };
  const { proofs } = demands({ client: client({ device: "lo" }), links, neighbours }, [ping]);
  expect(proofs).toEqual([{ kind: "neighbours", addresses: ["192.0.2.1"] }]);
});

test("what is on the host itself proves nothing: its own address, and that of its VM", () => {
  const neighbours = [near("192.0.2.50", "52:54:00:00:00:01")];
  const asked: Probe[] = ["192.0.2.50", "192.0.2.100"].map((address) => ({ kind: "ping", address }));
  const { proofs } = demands({ client: client({ device: "lo" }), neighbours, libvirt }, asked);
  expect(proofs).toEqual([]);
});

test("a new gateway is asked anyhow, and is proof", () => {
  const facts = factsWith({ links: [nic], client: client({ device: "lo" }) });
  const { proofs, ...rest } = withProofs(facts, ["enp1s0", "br0"], { probes: [], required: [gateway] });
  expect(proofs).toEqual([]);
  expect(unproven({ proofs, ...rest }, "enp1s0")).toBeUndefined();
});
