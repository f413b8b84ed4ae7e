import { chosen } from "../lab/chosen";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";
import { YamlStack } from "../lab/yamlStack";
import { type Name, programOf } from "../lifecycle/program";
import { type AnyScene, everywhere } from "../lifecycle/refactorings";
import { each, refactoringTable, type Said, saidOf } from "../lifecycle/refactoringTable";

const seconds = 1000;
const connection = { host: "kvm1.example" };
const macAddress = "52:54:00:00:00:01";
const names = ["br", "lan", "nic"] as const satisfies readonly Name[];

/** A bridge that its user made. */
const handMade = `# kvm2, by hand
network:
  version: 2
  ethernets:
    enp1s0: {}
  bridges:
    br0:
      interfaces: [enp1s0]   # the only one
      addresses: [192.0.2.200/24]
      routes: [{to: default, via: 192.0.2.1}]
      nameservers: {addresses: [192.0.2.1]}
      parameters: {stp: false, forward-delay: 0}
`;

const handMadeNetwork = `
printf '<network><name>lan</name><forward mode="bridge"/><bridge name="br0"/></network>' >/root/lan.xml
virsh net-define /root/lan.xml; virsh net-start lan; virsh net-autostart lan
`;

/** What makes each thing on the host the one that it is. */
async function identities(host: Host): Promise<Said> {
  const printed = async (line: string) => (await host.exec(["sh", "-c", line])).stdout.trim();
  return {
    ...each(""),
    br: await printed("cat /sys/class/net/br0/ifindex"),
    lan: await printed("virsh net-uuid lan"),
    nic: await printed("virsh -q domiflist web --inactive | grep -o '52:54:.*'"),
  };
}

/** Whose the host says that each is: stack and name of the resource, by its type. */
async function owners(host: Host): Promise<Record<string, string>> {
  const records = await host.exec(["sh", "-c", "cat /var/lib/kvmnet/bridges/*.json /var/lib/kvmnet/n*s/*.json"]);
  const whose = records.stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  return Object.fromEntries(
    whose.map(({ owner, stack }) => {
      const [, , type = "", name] = owner.split("::");
      return [type.split(":").at(-1), `${stack}/${name}`];
    }),
  );
}

describe.each(releasesFor(__filename))("a stack that is refactored, on Debian %s", (release) => {
  let lan: Lan;
  const line = refactoringTable();

  beforeAll(async () => {
    lan = await Lan.start();
  }, 900 * seconds);
  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  test.each(chosen(everywhere, 2, release))(
    "$what: each thing on the host stays the one that it is, and goes with its stack",
    async ({ what, refactor, says }) => {
      await using host = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
      await host.startGuest({ name: "web", running: false });
      await using stack = await YamlStack.start(lan, [host]);
      const program = programOf({ connection }, names, { nic: { macAddress } });
      await stack.up(program);
      const before = await identities(host);
      const scene: AnyScene = { running: { stack }, pulumi: stack.pulumi, program };
      await refactor(scene);

      const args = ["--diff", "--show-replacement-steps"];
      const said = saidOf(await succeeds(scene.pulumi.preview({ args })));
      expect(said).toEqual({ ...each(""), ...Object.fromEntries(names.map((name) => [name, says[name]])) });
      await succeeds(scene.pulumi.up());
      const after = await identities(host);
      expect(after).toEqual(before);
      const whose = await owners(host);
      const resources = Object.keys(scene.program.resources ?? {}).map((name) => `${scene.pulumi.stack}/${name}`);
      expect(Object.values(whose).sort()).toEqual(resources.sort());
      await succeeds(scene.pulumi.destroy());
      const left = await identities(host);
      expect(left).toEqual(each(""));
      expect(await host.addresses()).toMatch(/^enp1s0 +UP +192\.0\.2\.100\/24 *$/m);
      line(`${release}: ${what}`, { says: said, before, after, left, whose }, names);
    },
    300 * seconds,
  );

  test(
    "a bridge, a network and a VM's NIC by hand are adopted, changed and, by destroy, as they were; the VM starts",
    async () => {
      await using host = await lan.startHost({ name: "kvm2", release, netplan: handMade });
      await host.must(["sh", "-ec", handMadeNetwork]);
      const web = await host.startGuest({ name: "web", nic: { network: "lan", macAddress }, running: false });
      const definitions = () =>
        host.must(["sh", "-c", "virsh dumpxml web --inactive; virsh net-dumpxml lan --inactive"]);
      const [picture, defined, ids] = [await networkPicture(host), await definitions(), await identities(host)];
      await using stack = await YamlStack.start(lan, [host]);
      const at = { connection: { host: "kvm2.example" } };
      await stack.up(programOf(at, names, { nic: { macAddress } }));
      const changed = { br: { mtu: 1400 }, lan: { autostart: false }, nic: { macAddress, linkState: "down" } };
      await stack.up(programOf(at, names, changed));
      expect(await definitions()).not.toBe(defined);
      await succeeds(stack.pulumi.destroy());
      expect(await identities(host)).toEqual(ids);
      expect(await definitions()).toBe(defined);
      expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toBe(handMade);
      expect(await settledPicture(host, picture)).toBe(picture);
      await web.boot();
      expect(await web.waitForAddress()).toMatch(/^192\.0\.2\./);
    },
    300 * seconds,
  );
});
