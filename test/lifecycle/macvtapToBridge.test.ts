import { SimulatedHost } from "./host/simulatedHost";
import { type Properties, programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const mac = "52:54:00:00:00:01";
const accepted: Properties = { accept: ["vm:web:enp1s0"], confirm: { timeout: 12 } };

/** A host with a VM whose NIC is directly on the host's, both in one stack with the bridge that they come to. */
async function start() {
  const host = await SimulatedHost.start();
  const web = host.libvirt.define("web");
  const running = await SimulatedStack.start(host);
  const direct = programOf(host, ["nic"], { nic: { network: undefined, macAddress: mac, device: "enp1s0" } });
  const bridged = (br: Properties) => programOf(host, ["br", "lan", "nic"], { br, nic: { macAddress: mac } });
  await running.stack.up(direct);
  return { host, web, running, stack: running.stack, bridged };
}

const onDevice = [{ "@type": "direct", source: { "@dev": "enp1s0", "@mode": "bridge" } }];
const nothingKept = ["sh", "-c", "[ ! -e /var/lib/kvmnet/guests ]"];
const untilNothingKept = [
  "sh",
  "-c",
  "for _ in $(seq 300); do [ -e /var/lib/kvmnet/guests ] || exit 0; sleep 0.2; done; exit 1",
];

test(
  "a running VM on a macvtap comes to a bridge on the same NIC in one up, where the bridge accepts that by the VM's name",
  async () => {
    const { host, web, running, stack, bridged } = await start();
    await using _host = host;
    await using _running = running;
    expect(await stack.preview(bridged({})).catch(String)).toMatch(
      /web has its NIC 52:54:00:00:00:01 directly on enp1s0.*accept: \["vm:web:enp1s0"\]; then kvmnet takes it out/s,
    );
    expect(await stack.preview(bridged(accepted))).toMatch(
      /accepted: the VM web has its NIC .* the guest is off the LAN for some seconds, for confirm\.timeout at most/,
    );
    expect(web.live).toMatchObject(onDevice);
    await stack.up();
    expect(web.live).toMatchObject([{ "@type": "network", mac: { "@address": mac }, source: { "@bridge": "br0" } }]);
    expect(web.inactive).toMatchObject([{ "@type": "network", source: { "@network": "lan" } }]);
    await host.must(nothingKept);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    expect(await host.must(["ip", "-d", "link"])).not.toContain("macvtap");
  },
  5 * minutes,
);

test(
  "where the change is undone, the NIC is on the host's again, and its definition was not touched",
  async () => {
    const { host, web, running, stack, bridged } = await start();
    await using _host = host;
    await using _running = running;
    await stack.say(bridged(accepted));
    host.onCommand = (command) => {
      if (/transaction\.sh'? '?probe/.test(command)) host.answering.clear();
      return undefined;
    };
    const { code, stdout } = await stack.pulumi.up();
    host.onCommand = undefined;
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/rolled back, the host is as before/);
    expect(web).toMatchObject({ live: onDevice, inactive: onDevice });
    await host.must(nothingKept);
  },
  5 * minutes,
);

test(
  "an engine that is killed in the window: the host itself goes back, and gives the VM its NIC",
  async () => {
    const { host, web, running, stack, bridged } = await start();
    await using _host = host;
    await using _running = running;
    await stack.say(bridged(accepted));
    const { child, ended } = stack.pulumi.startUp();
    host.onCommand = (command) => {
      if (!/transaction\.sh'? '?(settle|probe|state)/.test(command)) return undefined;
      child.kill("SIGKILL");
      host.turnOff();
      return "handled";
    };
    await ended;
    expect(web.live).toEqual([]);
    await host.must(untilNothingKept);
    host.onCommand = undefined;
    await host.turnOn();
    expect(web).toMatchObject({ live: onDevice, inactive: onDevice });
    await host.must(nothingKept);
  },
  5 * minutes,
);

test(
  "an engine that is killed before the change begins: the doctor's command or the next up plugs the NIC in",
  async () => {
    const { host, web, running, stack, bridged } = await start();
    await using _host = host;
    await using _running = running;
    await stack.say(bridged(accepted));
    const { child, ended } = stack.pulumi.startUp();
    let unplugging = false;
    host.onCommand = (command) => {
      if (!unplugging) {
        unplugging = command.includes("detach-interface");
        return undefined;
      }
      child.kill("SIGKILL");
      host.turnOff();
      return "handled";
    };
    await ended;
    host.onCommand = undefined;
    await host.turnOn();
    expect(web.live).toEqual([]);
    // It runs out half a minute after its engine is gone.
    await host.must(["rm", "/run/kvmnet/lease"]);
    await stack.pulumi.must(["cancel", "--yes", "--stack", stack.pulumi.stack]);
    host.tools.break("virsh", (args) =>
      args.includes("attach-device") ? { code: 1, stderr: "error: monitor is hung\n" } : undefined,
    );
    const said = await stack.pulumi.up();
    host.tools.break("virsh", undefined);
    expect(said.stdout).toMatch(
      /not plugged in again: 52:54:00:00:00:01: error: monitor is hung\. Once libvirt takes it, sh \S+plug\.sh/,
    );
    expect(web.live).toEqual([]);
    await host.must(["sh", "/var/lib/kvmnet/guests/plug.sh"]);
    const onBridge = [{ "@type": "bridge", source: { "@bridge": "br0" } }];
    expect(web).toMatchObject({ live: onBridge, inactive: onBridge });
    await host.must(nothingKept);
    expect(await stack.preview(bridged(accepted))).not.toContain("unplugged-nic");
  },
  5 * minutes,
);
