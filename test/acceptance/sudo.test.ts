import { HomelabStack } from "../lab/homelabStack";
import { Lan } from "../lab/lan";

const seconds = 1000;

test.each(["bookworm", "trixie"] as const)(
  "on Debian %s a user with sudo and its password makes a bridge, and takes it away again",
  async (release) => {
    await using lan = await Lan.start();
    await using host = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
    await using stack = await HomelabStack.start({
      lan,
      hosts: [host],
      connection: { user: "helper", sudo: { password: "lab" } },
      config: { hosts: { kvm1: { bridge: {}, networks: { lan: {} } } } },
    });
    const { code, stdout, stderr } = await stack.up();
    expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
    expect(await host.addresses()).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    expect(await host.addresses()).toMatch(/^enp1s0 .*192\.0\.2\.100\/24/m);
  },
  300 * seconds,
);
