import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

const tap = `
import fcntl, os, struct, time
fd = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH22x", b"tap7", 0x1002))
time.sleep(3600)
`;

/** Who is on a bridge that destroy would take away, whatever libvirt says. */
describe.each(releasesFor(__filename))("those who use a bridge on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
    const config = { hosts: { kvm1: { bridge: { netfilter: false, confirm: { timeout: 20 } } } } };
    stack = await HomelabStack.start({ lan, hosts: [host], config });
    await succeeds(stack.up());
    await host.startGuest({ name: "web", nic: { bridge: "br0" } });
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const refused = async (who: RegExp) => {
    const { code, stdout } = await stack.destroy();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(new RegExp(`br0 can't be deleted: .*${who.source}`));
  };

  test(
    "are found where libvirt is stopped, or hangs: a VM, by the name that libvirt has for it",
    async () => {
      const sockets = "libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket";
      await host.must(["sh", "-c", `systemctl stop ${sockets} libvirtd.service`]);
      await refused(/web/);
      await host.must(["sh", "-c", `systemctl start ${sockets} libvirtd.service`]);
      await host.must(["sh", "-c", "kill -STOP $(pidof libvirtd)"]);
      await refused(/web/);
      await host.must(["sh", "-c", "kill -CONT $(pidof libvirtd)"]);
    },
    240 * seconds,
  );

  test(
    "a QEMU that hangs keeps nothing back of the others, nor of itself",
    async () => {
      await host.startGuest({ name: "db" });
      const stuck =
        "kill -STOP $(cat /run/libvirt/qemu/web.pid); (timeout 60 virsh domstats web >/dev/null 2>&1 &); sleep 0.5";
      await host.must(["sh", "-c", stuck]);
      await succeeds(stack.preview(["--expect-no-changes"]));
      const { stdout } = await stack.preview(["--diff"]);
      expect(stdout).not.toContain("libvirt-silent");
      await host.must(["sh", "-c", "kill -CONT $(cat /run/libvirt/qemu/web.pid)"]);
    },
    120 * seconds,
  );

  test(
    "a TAP that a program of nobody's holds, and a container's veth; a TAP that nobody holds is let be",
    async () => {
      await host.must([
        "sh",
        "-c",
        "kill -9 $(cat /run/libvirt/qemu/web.pid); virsh undefine web; ip tuntap add idle0 mode tap; ip link set idle0 up master br0",
      ]);
      await host.writeFile("/tmp/tap.py", tap);
      const hold =
        "systemd-run -q --unit=hold python3 /tmp/tap.py; until ip link set tap7 up master br0 2>/dev/null; do sleep 0.1; done";
      await host.must(["sh", "-c", hold]);
      await refused(/python3 \(PID \d+, by its TAP tap7\)/);
      await host.must(["systemctl", "stop", "hold"]);
      const veth = "ip link add c0 type veth peer name c1; ip link set c1 up; ip link set c0 up master br0";
      await host.must(["sh", "-c", veth]);
      await refused(/what is behind c0 \(veth\)/);
      await host.must(["sh", "-c", "ip link delete c0; ip link delete idle0"]);
      await succeeds(stack.destroy());
      expect(await host.addresses()).toMatch(/^enp1s0 +UP +192\.0\.2\.100\/24 *$/m);
    },
    120 * seconds,
  );
});
