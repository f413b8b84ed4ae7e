import { parse } from "yaml";
import type { Guest } from "../../lab/guest";
import { HomelabStack } from "../../lab/homelabStack";
import type { Host } from "../../lab/host";
import { Lan } from "../../lab/lan";
import { releasesFor } from "../../lab/releases";
import { succeeds } from "../../lab/succeeds";
import { YamlStack } from "../../lab/yamlStack";
import { script, visits } from "./drifts";
import { allInputs, type Kept, others, otherThanDefault } from "./otherValues";

const seconds = 1000;

const connection = { host: "kvm1.example" };
/** A TAP for QEMU without libvirt, in a stack of its own, with another value for each input than its default. */
const tap = {
  type: "kvmnet:index:Tap",
  properties: {
    connection,
    name: "tap0",
    bridge: "br0",
    owner: "helper",
    group: "kvm",
    multiQueue: true,
    vnetHdr: true,
  },
};

describe.each(releasesFor(__filename))(
  "what a hand changed on %s is seen by a plain preview, and healed",
  (release) => {
    let lan: Lan;
    let host: Host;
    let web: Guest;
    let stack: HomelabStack;
    let taps: YamlStack;
    const table: string[] = [];

    beforeAll(async () => {
      lan = await Lan.start();
      // Each command that comes in is told in the journal then.
      const files = { "/etc/ssh/sshd_config.d/told.conf": "LogLevel VERBOSE\n" };
      host = await lan.startHost({ name: "kvm1", release, files });
      web = await host.startGuest({ name: "web" });
      stack = await HomelabStack.start({
        lan,
        hosts: [host],
        config: {
          hosts: { kvm1: { bridge: {}, networks: { lan: {} } } },
          vms: { web: { host: "kvm1", nics: { lan: { network: "lan" } } } },
        },
      });
      await succeeds(stack.up());
      // A bridge and a network that somebody else made.
      await host.must(["ip", "link", "add", "other0", "type", "bridge"]);
      const other = "<network><name>other</name><forward mode='bridge'/><bridge name='other0'/></network>";
      await host.writeFile("/run/other.xml", other);
      await host.must(["virsh", "net-define", "/run/other.xml"]);
      await host.must(["virsh", "net-start", "other"]);
      taps = await YamlStack.start(lan, [host]);
    }, 900 * seconds);

    afterAll(async () => {
      console.log(["drift | seen as | healed by | pings lost | VM restarted", ...table].join("\n"));
      await taps?.[Symbol.asyncDispose]();
      await stack?.[Symbol.asyncDispose]();
      await lan?.[Symbol.asyncDispose]();
    }, 60 * seconds);

    const onHost = (text: string) => host.must(["sh", "-c", script(text)]);
    /** Commands that came in over SSH so far. */
    const commands = async () =>
      Number(await host.must(["sh", "-c", "journalctl -o cat | grep -c 'Starting session: command'"]));
    const tapIsThere = async () => {
      const link = await host.must(["ip", "-d", "link", "show", "tap0"]);
      expect(link).toMatch(/^\d+: tap0: <[^>]*\bUP\b.* master br0 /m);
      expect(link).toMatch(/ tun type tap pi off vnet_hdr on multi_queue .*user helper group kvm/);
    };

    test(
      "a TAP for QEMU without libvirt is made: in the bridge, up, its owner's",
      async () => {
        const said = await taps.preview({ resources: { tap } });
        expect(said).toContain("the TAP tap0 is made, for the user helper in the group kvm, a port of br0.");
        await taps.up();
        await tapIsThere();
        expect(await taps.unchanged()).toEqual({ code: 0, said: "" });
      },
      120 * seconds,
    );

    test(
      "a TAP, whoever made it, and a bridge's netfilter are imported, and the code that import prints previews empty",
      async () => {
        await onHost("ip tuntap add dev hand0 mode tap group kvm; ip link set hand0 master br0 up");
        await using other = await YamlStack.start(lan, [host]);
        const resources: Record<string, object> = {};
        for (const [type, name, id] of [
          ["Tap", "tap", "kvm1.example/tap0"],
          ["Tap", "hand", "kvm1.example/hand0"],
          ["BridgeNetfilter", "filter", "root@kvm1.example/br0"],
        ] as const) {
          const said = await succeeds(other.import(`kvmnet:index:${type}`, name, id));
          Object.assign(resources, parse(said.slice(said.indexOf("resources:"))).resources);
        }
        expect(await other.unchanged({ resources })).toEqual({ code: 0, said: "" });
        expect(await onHost("ls /var/lib/kvmnet/taps")).toBe("tap0\n");

        await onHost("ip link set hand0 down");
        expect((await other.unchanged()).said).toContain("hand0 is down");
        await other.up();
        await onHost(
          "[ -e /var/lib/kvmnet/taps/hand0/parameters ]; ip link show hand0 | grep -q '[<,]UP[,>].* master br0 '",
        );
        expect(await other.unchanged()).toEqual({ code: 0, said: "" });
        const { hand: _, ...rest } = resources;
        await other.up({ resources: rest });
        // It was there before.
        await onHost('ip link show hand0; [ "$(ls /var/lib/kvmnet/taps)" = tap0 ]; ip link delete hand0');
        const nowhere = await other.import("kvmnet:index:Tap", "none", "kvm1.example/tap7");
        expect(nowhere.stdout).toMatch(/has no TAP tap7; it has .*tap0/);
      },
      120 * seconds,
    );

    test(
      "a preview looks at a host once, and asks its guests once for the addresses they have, however many resources it has",
      async () => {
        const before = await commands();
        await succeeds(stack.preview(["--expect-no-changes"]));
        expect(await commands()).toBe(before + 2);
      },
      60 * seconds,
    );

    test.each(visits)(
      "$name",
      async ({ by, drifts, transaction }) => {
        const uptime = await web.uptime();
        await onHost(by);
        const seen = await stack.preview(["--diff", "--expect-no-changes"]);
        for (const { seenAs } of drifts) expect(seen.stdout + seen.stderr).toMatch(seenAs);
        expect(seen.code).not.toBe(0);

        const changes = () => host.must(["sh", "-c", "ls /var/lib/kvmnet/transactions"]);
        const earlier = await changes();
        await using pings = await lan.pingCounter(host.address);
        await succeeds(stack.up());
        const { lost } = await pings.stop();
        expect((await changes()) !== earlier).toBe(transaction);
        for (const { healed } of drifts) await onHost(healed);
        await succeeds(stack.preview(["--diff", "--expect-no-changes"]));
        expect(await web.uptime()).toBeGreaterThan(uptime);
        await tapIsThere();
        const how = transaction ? "a transaction" : "no transaction";
        for (const { what, seenAs } of drifts)
          table.push([what, seenAs.exec(seen.stdout)?.[0], how, lost, "no"].join(" | "));
      },
      120 * seconds,
    );

    test(
      "another name of a TAP, another address of a guest and a restart of libvirtd are no drift",
      async () => {
        const name = () => onHost("echo $tap");
        const before = await name();
        await onHost(`virsh detach-interface web $kind --mac $mac --live; while [ "$(live)" ]; do sleep 0.1; done
          nic lan up >/run/nic.xml; virsh attach-device web /run/nic.xml --live; systemctl restart libvirtd`);
        expect(await name()).not.toBe(before);
        await web.waitForAddress(); // The guest finds its NIC some time after libvirt has attached it.
        await web.must(["ip", "address", "add", "192.0.2.201/24", "dev", "eth0"]);
        await succeeds(stack.preview(["--diff", "--expect-no-changes"]));
      },
      90 * seconds,
    );

    test(
      "a TAP is there again after a reboot, heals, and goes away",
      async () => {
        await host.reboot();
        await tapIsThere();
        expect(await taps.unchanged()).toEqual({ code: 0, said: "" });
        await host.must(["ip", "link", "delete", "tap0"]);
        await host.must(["systemctl", "disable", "kvmnet-tap-tap0.service"]);
        const { said } = await taps.unchanged();
        expect(said).toContain("the TAP tap0 is not there");
        expect(said).toContain("kvmnet-tap-tap0.service is not there: a reboot would lose the TAP");
        await taps.up();
        await tapIsThere();
        await taps.up({});
        expect((await host.exec(["ip", "link", "show", "tap0"])).code).not.toBe(0);
        expect((await host.must(["find", "/etc", "/var/lib/kvmnet", "-name", "*tap*"])).trim()).toBe("");
      },
      180 * seconds,
    );

    test(
      "with another value for each input, a second up and a refresh show nothing",
      async () => {
        await host.must(["sh", "-c", "ip link show other0 || ip link add other0 type bridge"]);
        await host.must(["sh", "-c", "ip link show pair0 || ip link add pair0 type veth peer name pair1"]);
        // A network that VMs run on is not stopped.
        await host.exec(["virsh", "destroy", "web"]);
        await stack.configure(others(host.address));
        await succeeds(stack.up());
        const kept: Kept[] = JSON.parse(await stack.exportState()).deployment.resources;
        expect(otherThanDefault(kept)).toEqual(allInputs());

        const nothing = ["--diff", "--expect-no-changes"];
        await succeeds(stack.up(nothing));
        await succeeds(stack.refresh(nothing));
      },
      180 * seconds,
    );
  },
);
