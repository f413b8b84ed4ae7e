import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { releasesFor } from "../lab/releases";
import { strikeAt } from "../lab/strike";
import { succeeds } from "../lab/succeeds";
import { lifted, noOutgoing } from "../lab/wall";
import { YamlStack } from "../lab/yamlStack";

const seconds = 1000;
const connection = { host: "kvm1.example" };

/** Both NICs have a lease from the same server: the kernel takes the routes of one for the other's, but for their ways. */
const twoLeases = `network:
  version: 2
  renderer: networkd
  ethernets:
    enp1s0: {dhcp4: true}
    enp2s0: {dhcp4: true}
`;

describe.each(releasesFor(__filename))("two NICs by DHCP in one LAN, on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: YamlStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, extraNics: ["enp2s0"], netplan: twoLeases });
    stack = await YamlStack.start(lan, [host]);
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  // Whichever of the two this SSH connection comes over, a machine on the LAN is the proof.
  const confirm = { timeout: 15, probes: [{ tcp: "192.0.2.1:53" }] };
  const program = (bridge: object = {}) => ({
    resources: { br0: { type: "kvmnet:Bridge", properties: { connection, uplink: "enp1s0", confirm, ...bridge } } },
  });
  const routes = async (device: string) =>
    (await host.must(["ip", "-4", "route", "show", "table", "all", "dev", device])).replace(/ +\n/g, "\n");

  test(
    "the other one keeps its routes through up, a change that is undone, and destroy",
    async () => {
      const [before, own, others] = [await networkPicture(host), await routes("enp1s0"), await routes("enp2s0")];
      expect(own).toMatch(/^default via 192\.0\.2\.1 .*metric 100$/m);
      expect(others).toMatch(/^default via 192\.0\.2\.1 .*metric 100$/m);

      await stack.say(program());
      const { struck } = await strikeAt(host, "armed", noOutgoing("tcp dport 53"));
      const [{ code, stdout }] = await Promise.all([stack.pulumi.up(), struck]);
      await host.must(lifted);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/the change was rolled back, the host is as before/);
      expect(await settledPicture(host, before)).toBe(before);

      await stack.up(program());
      expect(await routes("br0")).toBe(own);
      expect(await routes("enp2s0")).toBe(others);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await stack.up(program({ mtu: 1400 }));
      expect(await routes("enp2s0")).toBe(others);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

      await succeeds(stack.pulumi.destroy());
      expect(await settledPicture(host, before)).toBe(before);
    },
    240 * seconds,
  );
});
