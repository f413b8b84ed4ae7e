import type { Finding } from "../../provider/plan/diagnose/finding";
import type { Topology } from "../../provider/plan/topology/topology";
import { CommandLine } from "../lab/commandLine";
import type { Guest } from "../lab/guest";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { releasesFor } from "../lab/releases";
import { strikeAt } from "../lab/strike";
import { succeeds } from "../lab/succeeds";
import { YamlStack } from "../lab/yamlStack";
import { bootFaults } from "./doctor/bootFaults";
import { bridgeFaults } from "./doctor/bridgeFaults";
import { calls, type Deed, type Fault } from "./doctor/fault";
import { vmFaults } from "./doctor/vmFaults";
import { deadGateway } from "./faults/fault";

const seconds = 1000;

const vms = { web: { host: "kvm1", nics: { lan: { network: "lan" } } } };
const hosts = { kvm1: { bridge: { netfilter: false }, networks: { lan: {} } } };

describe.each(releasesFor(__filename))("the doctor on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let guest: Guest;
  let stack: HomelabStack;
  let line: CommandLine;
  let variables: string[];
  const table: string[] = [];

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, extraNics: ["enp2s0"] });
    guest = await host.startGuest({ name: "web" });
    line = await CommandLine.of(host, ["192.0.2.95", "192.0.2.97"]);
    stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts, vms } });
    expect(await stack.up()).toMatchObject({ code: 0 });
    const { tap, macAddress } = (await stack.outputs()).vms.web.lan;
    variables = [`tap=${tap}`, `mac=${macAddress}`, `address=${host.address}`];
    // Each row switches on what it is about; this machine may have them on.
    await onHost(calls(0, "iptables", "ip6tables", "arptables"));
  }, 900 * seconds);

  afterAll(async () => {
    console.log(`${release}\nfault | finding | fixed by\n${table.join("\n")}`);
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const run = (...args: string[]) => line.run(...args);
  const onHost = (script: string) => host.must(["env", ...variables, "sh", "-euc", script]);

  test(
    "finds nothing on a host that is well, and exits with 0",
    async () => {
      const { code, stdout, stderr } = await run("doctor", host.address);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: expect.stringMatching(
          /^\S+: nothing found \(looked at: [1-9] bridges?, [1-9] libvirt networks?, [1-9] VMs?, firewall, next boot.*\)\n$/,
        ),
        stderr: "",
      });
    },
    60 * seconds,
  );

  // What files and libvirt say is read the same on both releases: each has every other one.
  const others = [...bootFaults, ...vmFaults].filter((_, at) => (at % 2 === 0) === (release === "bookworm"));
  test.each<Fault>([...bridgeFaults, ...others])(
    "$fault",
    async ({ fault, make, unmake, finds, mends, heard, at = host.address }) => {
      const listening = heard ? [] : ["--listen", "0"];
      const does = (deed: Deed) => (typeof deed === "string" ? onHost(deed) : deed({ lan, host, guest }));
      let mended = false;
      try {
        await does(make);
        const { code, stdout, stderr } = await run("doctor", "--json", ...listening, `root@${at}:22`);
        expect(stderr).toBe("");
        const found = JSON.parse(stdout) as Finding[];
        const by = ({ fixable }: Finding) => (mends ? "doctor --fix" : fixable ? "pulumi up" : "its owner");
        table.push(...found.map((one) => `${fault} | ${one.check}, ${one.subject}: ${one.evidence} | ${by(one)}`));
        expect(found.map(({ check }) => check)).toEqual(finds);
        expect(code).toBe(1);
        if (mends) {
          expect(found.filter(({ fixable }) => !fixable)).toEqual([]);
          const fixed = await run("doctor", "--fix", "--yes", ...listening, `root@${at}:22`);
          expect(fixed).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing found") });
          mended = true;
        }
      } finally {
        if (!mended) await does(unmake);
      }
      expect(await run("doctor", ...listening, host.address)).toMatchObject({ code: 0 });
    },
    60 * seconds,
  );

  test(
    "a preview warns beside the resource, and a stack that asks for it fails",
    async () => {
      await onHost(`${calls(1, "iptables")}; iptables -P FORWARD DROP`);
      try {
        const preview = await stack.preview();
        expect(preview).toMatchObject({ code: 0 });
        expect(preview.stdout).toMatch(/warning: .*error forward-drops, bridge br0: iptables-nft FORWARD: policy drop/);
        await stack.configure({ hosts: { kvm1: { ...hosts.kvm1, failOn: "error" } }, vms });
        const failed = await stack.up();
        expect(failed.code).not.toBe(0);
        expect(failed.stdout).toMatch(
          /hosts\.kvm1\.failOn is "error", and the host is not well:\s+error forward-drops, bridge br0/,
        );
        expect(failed.stdout).not.toMatch(/^ +at .*\.js:/m);
        const { hosts: told, vms: kept } = await stack.outputs();
        expect({ findings: told.kvm1.findings, web: kept.web.lan }).toMatchObject({
          findings: [{ check: "forward-drops" }],
          web: { macAddress: expect.any(String) },
        });
      } finally {
        await onHost(`iptables -P FORWARD ACCEPT; ${calls(0, "iptables")}`);
      }
      expect(await stack.up()).toMatchObject({ code: 0 });
      expect((await stack.outputs()).hosts.kvm1.findings).toEqual([]);
    },
    120 * seconds,
  );

  test(
    "the topology has the VM with its address, and what is wrong with it",
    async () => {
      const address = await guest.waitForAddress();
      await host.must(["ping", "-c", "1", address]);
      const well = await run("topology", host.address);
      expect(well).toMatchObject({ code: 0, stderr: "" });
      const [tap, mac] = variables.map((variable) => variable.split("=")[1]);
      expect(well.stdout.split("\n").slice(0, -1)).toEqual([
        host.address,
        expect.stringMatching(/^├─ bridge br0 {2}/),
        `│  ├─ NIC enp1s0  ${(await onHost("cat /sys/class/net/enp1s0/address")).trim()}`,
        `│  └─ TAP ${tap}`,
        `│     └─ VM web  ${address}  ${mac}`,
        expect.stringMatching(/^└─ NIC enp2s0 {2}/),
      ]);
      await onHost('ip link set "$tap" nomaster');
      try {
        const svg = await run("topology", "--svg", "--listen", "0", host.address);
        expect(svg).toMatchObject({ code: 0 });
        expect(svg.stdout).toMatch(/<svg[\s\S]*! error: tap-not-in-bridge[\s\S]*<\/svg>/);
        const { stdout } = await run("topology", "--json", "--listen", "0", host.address);
        const { nodes } = JSON.parse(stdout) as Topology;
        expect(nodes.filter(({ findings }) => findings.length > 0).map(({ id }) => id)).toEqual(["VM web"]);
      } finally {
        await onHost('ip link set "$tap" master br0');
      }
    },
    60 * seconds,
  );

  test(
    "--fix asks first, and mends",
    async () => {
      await onHost('ip link set "$tap" nomaster; virsh net-destroy lan; virsh net-autostart --disable lan');
      const asked = await run("doctor", "--fix", "--listen", "0", host.address);
      expect(asked).toMatchObject({ code: 64, stdout: "" });
      expect(asked.stderr).toMatch(/there is no terminal to ask on; --yes says yes/);
      const fixed = await run("doctor", "--fix", "--yes", "--listen", "0", host.address);
      expect(fixed.stderr).toMatch(/to do: tap-not-in-bridge, VM web: ip link set dev vnet\d+ master br0\n/);
      expect(fixed).toMatchObject({ code: 0, stdout: expect.stringContaining(`${host.address}: nothing found (`) });
      await onHost("virsh net-info lan | grep -q 'Autostart:.*yes'");
    },
    60 * seconds,
  );

  test(
    "--fix changes the host's network in a transaction: where the gateway dies meanwhile, the host is as before",
    async () => {
      await onHost("ip address add 192.0.2.99/32 dev enp1s0");
      const before = await networkPicture(host);
      const { struck } = await strikeAt(host, "applied", deadGateway);
      const fixed = await run("doctor", "--fix", "--yes", "--listen", "0", host.address);
      await struck;
      await onHost("nft delete table inet wall");
      expect(fixed).toMatchObject({ code: 2, stdout: "" });
      expect(fixed.stderr).toMatch(
        /to do: br0 as kvmnet's files on the host have it: 192\.0\.2\.99\/32 is on the port enp1s0/,
      );
      expect(fixed.stderr).toMatch(
        /the change was rolled back, the host is as before: the gateway 192\.0\.2\.1 does not answer/,
      );
      expect(await settledPicture(host, before)).toBe(before);
      expect(await run("doctor", "--fix", "--yes", "--listen", "0", host.address)).toMatchObject({ code: 0 });
    },
    120 * seconds,
  );

  test(
    "the self-test takes a lease as a VM would and leaves nothing behind",
    async () => {
      const links = "ip -br link; ip netns list";
      const before = await onHost(links);
      const well = await run("doctor", "--self-test", "--listen", "0", host.address);
      expect(well).toMatchObject({ code: 0 });
      expect(well.stderr).toMatch(
        /^self-test of br0: lease 192\.0\.2\.1\d\d\/24 from 192\.0\.2\.1 ok, gateway 192\.0\.2\.1 ok, dns 192\.0\.2\.1 ok, release 192\.0\.2\.1\d\d\/24 ok\n$/,
      );
      await onHost(`${calls(1, "iptables")}; iptables -P FORWARD DROP`);
      try {
        const deaf = await run(
          "doctor",
          "--self-test-address",
          "192.0.2.60/24",
          "--listen",
          "0",
          "--json",
          host.address,
        );
        const found = (JSON.parse(deaf.stdout) as Finding[]).map(({ check, evidence }) => `${check} ${evidence}`);
        expect(found.slice(1)).toEqual(["self-test gateway: 192.0.2.1", "self-test dns: 192.0.2.1"]);
      } finally {
        await onHost(`iptables -P FORWARD ACCEPT; ${calls(0, "iptables")}`);
      }
      expect(await onHost(links)).toBe(before);
    },
    120 * seconds,
  );

  test(
    "a bridge whose program asks for it is tried after its change, and again until it works",
    async () => {
      const asked = (bridge: object) => ({ hosts: { kvm1: { ...hosts.kvm1, bridge } }, vms });
      const filtered = (selfTest: unknown) => asked({ netfilter: false, selfTest });
      await onHost(`${calls(1, "iptables")}; iptables -P FORWARD DROP`);
      try {
        await stack.configure(filtered({ address: "192.0.2.60/24", resolves: "router.lab.test" }));
        const preview = await stack.preview();
        expect(preview.stdout).toMatch(
          /br0 will be tried by a NIC of its own.* 192\.0\.2\.60\/24, .*router\.lab\.test/,
        );
        const failed = await stack.up();
        expect(failed.code).not.toBe(0);
        expect(failed.stdout).toMatch(
          /br0 is there, and does not work for a VM: error self-test, .*gateway: 192\.0\.2\.1/,
        );
        expect(failed.stdout).toMatch(/error self-test, bridge br0: dns: router\.lab\.test at 192\.0\.2\.1/);
        // Its own way through the filter comes before the test.
        await stack.configure(asked({ selfTest: true }));
        const passed = await succeeds(stack.up());
        expect(passed).toMatch(
          /self-test of br0: lease 192\.0\.2\.1\d\d\/24 .* ok, gateway 192\.0\.2\.1 ok, dns 192\.0\.2\.1 ok/,
        );
        await succeeds(stack.up(["--expect-no-changes"]));
      } finally {
        await onHost(`iptables -P FORWARD ACCEPT; ${calls(0, "iptables")}`);
      }
      await stack.configure({ hosts, vms });
      await succeeds(stack.up());
    },
    180 * seconds,
  );

  test(
    "a name that does not resolve is a finding of the self-test",
    async () => {
      const named = (name: string) => run("doctor", "--self-test-name", name, "--listen", "0", host.address);
      expect(await named("engine.lab.test")).toMatchObject({ code: 0 });
      const { code, stdout } = await named("nowhere.lab.test");
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining("nowhere.lab.test at 192.0.2.1") });
    },
    60 * seconds,
  );

  test(
    "a program gets the same findings from diagnose, and may ask for the self-test",
    async () => {
      await using program = await YamlStack.start(lan, [host]);
      const diagnosed = (asked: object) => ({
        variables: {
          found: {
            "fn::invoke": {
              function: "kvmnet:diagnose",
              arguments: { connection: { host: "kvm1.example" }, ...asked },
            },
          },
        },
        outputs: { findings: `\${found.findings}` },
      });
      await program.up(diagnosed({ selfTest: true, failOn: "warning" }));
      expect((await program.pulumi.outputs()).findings).toEqual([]);
      const nowhere = { selfTest: { resolves: "nowhere.lab.test" } };
      await program.up(diagnosed(nowhere));
      expect((await program.pulumi.outputs()).findings).toMatchObject([
        {
          check: "self-test",
          severity: "error",
          subject: "bridge br0",
          evidence: "dns: nowhere.lab.test at 192.0.2.1",
        },
      ]);
      await program.say(diagnosed({ ...nowhere, failOn: "error" }));
      const { code, stdout } = await program.pulumi.up();
      expect(code).not.toBe(0);
      expect(stdout).toContain("error self-test, bridge br0: dns");
    },
    120 * seconds,
  );

  test(
    "a host that can't be looked at is exit code 2, and facts are JSON",
    async () => {
      expect(await run("doctor", "192.0.2.250")).toMatchObject({ code: 2, stdout: "" });
      expect(await run("doctor")).toMatchObject({ code: 64 });
      const { code, stdout } = await run("facts", host.address);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ bridges: ["br0"], uid: 0 });
    },
    60 * seconds,
  );
});
