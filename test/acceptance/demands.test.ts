import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
/** Only the LAN's DNS server knows it. */
const name = "router.lab.test";

/** Default routes and name servers: what a program says of them, or leaves out. */
describe.each(releasesFor(__filename))("what else the host needs, on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release });
    stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts: { kvm1: {} } } });
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const configure = (addressing: object, confirm: object = {}) =>
    stack.configure({
      hosts: { kvm1: { bridge: { netfilter: false, addressing, confirm: { timeout: 15, ...confirm } } } },
    });
  const cidr = () => `${host.address}/24`;
  const defaultRoutes = () => host.must(["ip", "route", "show", "default"]);
  const resolves = async () => (await host.exec(["getent", "ahosts", name])).code === 0;

  test(
    "left out by a program that ends DHCP, both stay as the lease gave them, after a reboot too",
    async () => {
      await configure({ addresses: [cidr()] });
      const { stdout } = await stack.preview();
      expect(stdout).not.toMatch(/goes away:|no name server/);
      await succeeds(stack.up());
      for (const boot of [false, true]) {
        if (boot) await host.reboot();
        expect(await defaultRoutes()).toBe("default via 192.0.2.1 dev br0 proto static \n");
        expect(await resolves()).toBe(true);
      }
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    180 * seconds,
  );

  test(
    "a name server that does not answer is undone, and said",
    async () => {
      await configure({ addresses: [cidr()], nameservers: ["192.0.2.77"] });
      const { code, stdout } = await stack.up();
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/rolled back.*the host has no name server that answers/s);
      expect(await resolves()).toBe(true);
    },
    120 * seconds,
  );

  test(
    "a name server that answers and knows no name is undone where a name is demanded",
    async () => {
      const other = [
        "dnsmasq",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--user=root",
        "--keep-in-foreground",
      ];
      await lan.router.must(["ip", "address", "add", "192.0.2.78/32", "dev", "lan0"]);
      const server = [
        ...other,
        "--listen-address=192.0.2.78",
        "--bind-interfaces",
        "--pid-file=",
        "--except-interface=lo",
      ];
      await lan.router.must(["sh", "-c", `setsid ${server.join(" ")} >/dev/null 2>&1 & sleep 0.3`]);
      await configure({ addresses: [cidr()], nameservers: ["192.0.2.78"] }, { probes: [{ dns: name }] });
      const { code, stdout } = await stack.up();
      expect(code).not.toBe(0);
      expect(stdout).toMatch(new RegExp(`rolled back.*the name ${name} does not resolve`, "s"));
      expect(await resolves()).toBe(true);
    },
    120 * seconds,
  );

  test(
    "what the program takes away is a warning in the preview, and then done",
    async () => {
      await configure({ addresses: [cidr()], routes: [], nameservers: [] });
      const { stdout } = await stack.preview();
      expect(stdout).toMatch(/the default route via 192\.0\.2\.1 goes away: the host will have no IPv4 default route/);
      expect(stdout).toMatch(/the host will have no name server/);
      await succeeds(stack.up());
      expect(await defaultRoutes()).toBe("");
      expect(await resolves()).toBe(false);
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    120 * seconds,
  );
});
