import { footprint } from "../lab/footprint";
import { HomelabStack } from "../lab/homelabStack";
import type { HostOptions } from "../lab/hostSpec";
import { Lan } from "../lab/lan";

const seconds = 1000;
const wifi =
  "network:\n  wifis:\n    wlan0:\n      dhcp4: true\n      access-points:\n        home:\n          password: in-the-clear\n";

interface Refused {
  readonly what: string;
  readonly host?: Partial<HostOptions>;
  /** Once it runs. */
  readonly prepare?: readonly string[];
  readonly bridge?: object;
  readonly networks?: object;
  readonly says: RegExp;
}

const refused: Refused[] = [
  {
    what: "netplan's renderer NetworkManager",
    prepare: ["sh", "-c", 'printf "network:\\n  renderer: NetworkManager\\n" >/etc/netplan/90-desktop.yaml'],
    says: /renderer NetworkManager, which does not have it \(nmcli device\)\. Have it do so/,
  },
  {
    what: "a Wi-Fi NIC",
    host: { extraNics: ["wlan0"] },
    prepare: ["sh", "-c", 'printf "$0" >/etc/netplan/90-wifi.yaml; chmod 600 /etc/netplan/90-wifi.yaml', wifi],
    bridge: { uplink: "wlan0" },
    says: /wlan0 is a Wi-Fi NIC.*Take a wired NIC/,
  },
  { what: "no netplan", prepare: ["rm", "/usr/sbin/netplan"], says: /has no netplan.*Install netplan\.io/ },
  {
    what: "no libvirt",
    prepare: ["mv", "/usr/bin/virsh", "/usr/bin/virsh.away"],
    networks: { lan: {} },
    says: /has no libvirt \(no virsh\)\. Install libvirt-daemon-system/,
  },
];

describe.each(["bookworm", "trixie"] as const)(
  "on Debian %s, refused with its own words, before any change",
  (release) => {
    let lan: Lan;

    beforeAll(async () => {
      lan = await Lan.start();
    }, 900 * seconds);
    afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

    test.each(refused)(
      "$what",
      async ({ host: options, prepare, bridge = {}, networks = {}, says }) => {
        await using host = await lan.startHost({ name: "kvm1", release, ...options });
        if (prepare) await host.must(prepare);
        const before = await footprint(host);
        await using stack = await HomelabStack.start({
          lan,
          hosts: [host],
          config: { hosts: { kvm1: { bridge, networks } } },
        });
        const { code, stdout } = await stack.preview();
        expect(stdout).toMatch(says);
        expect(code).not.toBe(0);
        expect(stdout).not.toContain("in-the-clear");
        expect(await footprint(host)).toBe(before);
      },
      120 * seconds,
    );
  },
);
