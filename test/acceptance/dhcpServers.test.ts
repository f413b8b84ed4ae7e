import { join } from "node:path";
import { must } from "../lab/command";
import { ensurePackages } from "../lab/ensurePackages";
import { makeRootFolder } from "../lab/hostImage";
import { image } from "../lab/image";

const seconds = 1000;
const recipe = {
  release: "bookworm",
  packages: ["dnsmasq-base", "isc-dhcp-server", "kea-dhcp4-server"],
  customize: "true",
} as const;
const folder = join(__dirname, "dhcpServers");
const selfTest = join(__dirname, "../../provider/host/selfTest/selfTest.pl");

/** With what a package's own configuration leaves to its defaults: an address is pinged before it is offered, by two of them. */
const servers: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "dnsmasq",
    "DHCP, IP range",
    [
      ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--log-facility=-", "--log-dhcp", "--user=root"],
      ...["--no-resolv", "--no-hosts", "--interface=lan", "--bind-interfaces", "--dhcp-leasefile=/tmp/dnsmasq.leases"],
      ...["--pid-file=/tmp/dnsmasq.pid", "--dhcp-range=192.0.2.150,192.0.2.199,1h"],
    ],
  ],
  [
    "ISC dhcpd",
    "Server starting service",
    [
      ...["dhcpd", "-4", "-f", "-d", "--no-pid", "-user", "root", "-group", "root"],
      ...["-cf", "/tmp/dhcpd.conf", "-lf", "/tmp/leases", "lan"],
    ],
  ],
  ["Kea", "DHCP4_STARTED", ["kea-dhcp4", "-c", "/tmp/kea.json"]],
];

describe("the self-test's DHCP", () => {
  let root: string;

  beforeAll(async () => {
    await ensurePackages();
    ({ folder: root } = await image("dhcp-servers", recipe, (target) => makeRootFolder(recipe, target)));
  }, 300 * seconds);

  test.each(servers)(
    "has a lease of %s as Debian has it, and gives it back",
    async (_, ready, argv) => {
      const inside = ["--net", "--mount", "--pid", "--fork", "--kill-child"];
      const text = await must([
        ...["unshare", ...inside, "sh", join(folder, "scene.sh"), selfTest, root, ready, ...argv],
      ]);
      const lines = text.split("\n").filter(Boolean);
      expect(lines.filter((line) => !line.startsWith("server "))).toEqual([
        expect.stringMatching(/^lease ok 192\.0\.2\.1[5-9]\d\/24 from 192\.0\.2\.1$/),
        "gateway ok 192.0.2.1",
        "dns ok 192.0.2.1",
        expect.stringMatching(/^release ok 192\.0\.2\.1[5-9]\d\/24$/),
      ]);
      const said = lines.filter((line) => line.startsWith("server "));
      const count = (word: RegExp) => said.filter((line) => word.test(line)).length;
      // One transaction, and the server knows that it is over.
      expect(count(/DHCPREQUEST|DHCP4_LEASE_ALLOC/)).toBe(1);
      expect(count(/DHCPRELEASE|DHCP4_RELEASE /)).toBe(1);
    },
    60 * seconds,
  );
});
