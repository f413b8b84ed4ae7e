import { chosen } from "../lab/chosen";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";
import { YamlStack } from "../lab/yamlStack";
import { goThrough } from "../lifecycle/goThrough";
import { kept } from "../lifecycle/identities";
import { type Name, programOf } from "../lifecycle/program";
import { refactorings } from "../lifecycle/refactorings";
import { refactoringsByOptions } from "../lifecycle/refactoringsByOptions";
import { refactoringsOf010 } from "../lifecycle/refactoringsOf010";
import { each, refactoringTable, type Said } from "../lifecycle/refactoringTable";
import { restoreMoved, split, wantTheSame } from "../lifecycle/twoStacks";

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

/** What makes each thing on the host the one that it is; the running VM's NIC has a TAP of its own. */
async function identities(host: Host): Promise<Said> {
  const printed = async (line: string) => (await host.exec(["sh", "-c", line])).stdout.trim();
  const tapOf = "virsh -q domiflist web | awk '/52:54:/{print $1}'";
  return {
    br: await printed("cat /sys/class/net/br0/ifindex"),
    filter: await printed("ls /etc/systemd/system/kvmnet-netfilter-br0.service"),
    lan: await printed("virsh net-uuid lan"),
    nic: await printed(
      `virsh -q domiflist web --inactive | grep -o '52:54:.*'; cat /sys/class/net/$(${tapOf})/ifindex`,
    ),
    tap: await printed("cat /sys/class/net/tap0/ifindex"),
  };
}

describe.each(releasesFor(__filename))("a stack that is refactored, on %s", (release) => {
  let lan: Lan;
  let kvm1: Host;
  const line = refactoringTable();

  beforeAll(async () => {
    lan = await Lan.start();
    // No guest gets an address: what waits for one waits.
    await lan.dhcp.silence();
    kvm1 = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
    await kvm1.must(["useradd", "alice"]);
    await kvm1.startGuest({ name: "web" });
  }, 900 * seconds);
  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  const sceneOf = (stack: YamlStack) => ({
    ...{ host: kvm1, elsewhere: { host: kvm1.address }, running: { stack }, pulumi: stack.pulumi },
    program: programOf({ connection }, kept, { nic: { macAddress } }),
  });
  const asBefore = async () => expect(await kvm1.addresses()).toMatch(/^enp1s0 +UP +192\.0\.2\.100\/24 *$/m);

  test.each(chosen([...refactorings, ...refactoringsByOptions, ...refactoringsOf010], 16, release))(
    "$what: each thing on the host stays the one that it is, is changed by the next program, and goes with its stack",
    async (refactoring) => {
      await using stack = await YamlStack.start(lan, [kvm1]);
      line(`${release}: ${refactoring.what}`, await goThrough(refactoring, sceneOf(stack), () => identities(kvm1)));
      await asBefore();
    },
    300 * seconds,
  );

  test.each(
    chosen(
      [
        { what: "a second stack that wants the same, and changes nothing", through: wantTheSame },
        { what: "a stack that is split, and keeps all", through: split },
        { what: "a stack restored from a backup of before a state move", through: restoreMoved },
      ],
      3,
      release,
    ),
  )(
    "$what",
    async ({ what, through }) => {
      await using stack = await YamlStack.start(lan, [kvm1]);
      line(`${release}: ${what}`, await through(sceneOf(stack), connection, () => identities(kvm1)));
      await succeeds(stack.pulumi.destroy());
      expect(await identities(kvm1)).toEqual(each(""));
      await asBefore();
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
      await lan.dhcp.speak();
      expect(await web.waitForAddress()).toMatch(/^192\.0\.2\./);
    },
    300 * seconds,
  );
});
