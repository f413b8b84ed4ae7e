import { commandLine } from "./commandLine";
import { SimulatedHost } from "./host/simulatedHost";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

const netplan = `network:
  version: 2
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24]
      routes: [{to: default, via: 192.0.2.1}]
    enp2s0: {}
`;

/** What becomes of the files in /etc/netplan. */
const changes: readonly string[] = [
  "printf '\\377\\376network' >80-kvmnet-br1.yaml",
  "printf '\\377\\376network' >01-netcfg.yaml",
  "echo 'network: [' >80-kvmnet-br1.yaml",
  "printf 'network:\\n\\tversion: 2\\n' >01-netcfg.yaml",
  "echo 'network: {version: 2, bridges: []}' >80-kvmnet-br1.yaml",
  "echo 'network: {version: 2, ethernets: {enp1s0: 7}}' >01-netcfg.yaml",
  "echo '- a' >80-kvmnet-br1.yaml",
  ": >80-kvmnet-br1.yaml",
  ": >01-netcfg.yaml",
  "rm 80-kvmnet-br1.yaml",
  "rm 01-netcfg.yaml",
  "rm 80-kvmnet-br1.yaml && mkdir 80-kvmnet-br1.yaml",
  "ln -sf /nowhere 80-kvmnet-br1.yaml",
  "mv 80-kvmnet-br1.yaml 60-br1.yaml",
  "cp 80-kvmnet-br0.yaml 80-kvmnet-br1.yaml",
  "cp 80-kvmnet-br1.yaml 90-more.yaml",
  "rm *",
];

describe("a host whose files of netplan were changed by a hand", () => {
  let host: SimulatedHost;
  let cli: Awaited<ReturnType<typeof commandLine>>;
  let running: SimulatedStack;

  beforeAll(async () => {
    host = await SimulatedHost.start("kvm1", { netplan, nics: ["enp1s0", "enp2s0"] });
    cli = await commandLine(host);
    running = await SimulatedStack.start(host);
    const bridge = (properties: object) => ({
      type: "kvmnet:index:Bridge",
      properties: { connection: host.connection, ...properties },
    });
    await running.stack.up({
      resources: { lan: bridge({ name: "br0" }), storage: bridge({ name: "br1", uplink: "enp2s0" }) },
    });
    await host.must(["cp", "-a", "/etc/netplan", "/var/lib/kept"]);
  }, 5 * minutes);
  afterEach(() => host.must(["sh", "-c", "rm -rf /etc/netplan; cp -a /var/lib/kept /etc/netplan"]));
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await cli?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });

  test.each(changes)(
    "is looked at, after %s",
    async (script) => {
      await host.must(["sh", "-c", `cd /etc/netplan && ${script}`]);
      const doctor = await cli.run("doctor", "--listen", "0");
      expect(doctor).toMatchObject({ code: 1, stderr: "" });
      // Its NIC has never had an address.
      expect(doctor.stdout).not.toContain("bridge-without-address: bridge br1");
      expect(await cli.run("topology", "--listen", "0")).toMatchObject({ code: 0, stderr: "" });
      expect(await cli.run("history")).toMatchObject({ code: 0, stderr: "" });
    },
    minutes,
  );
});

test("a host without a machine-id is no host that answers something else", async () => {
  await using host = await SimulatedHost.start();
  await using cli = await commandLine(host);
  host.writeFile("/etc/machine-id", "");
  expect(await cli.run("facts")).toMatchObject({
    ...{ code: 2, stdout: "" },
    stderr: expect.stringMatching(
      /^root@\S+: its facts can't be read: there is no machine-id in \/etc\/machine-id \(see systemd-machine-id-setup\(1\)\)\.\n$/,
    ),
  });
});
