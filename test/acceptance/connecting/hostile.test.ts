import { HomelabStack } from "../../lab/homelabStack";
import { Lan } from "../../lab/lan";
import { succeeds } from "../../lab/succeeds";

const seconds = 1000;

/** What check and libvirt both take as a name; the last two only look alike. */
const names = [
  "$(touch$IFS$9pwned)",
  ";touch$IFS$9pwned;#",
  "`id`'\"<&>]]>--%s\\n",
  "%2e*?[a]{b,c}~!|&",
  "x".repeat(200),
  "mail",
  "m\u0430il",
];

const oddFile = "/etc/netplan/50 it's $(touch pwned) \u00e9.yaml";
const odd = `# \u202e "$(touch pwned)" \`touch pwned\` ' <&> %s \u00e9
network: {version: 2, "renderer": networkd, ethernets: {
  # { not: [a, map
  "enp1s0": {"dhcp4": true, 'wakeonlan': false, dhcp4-overrides: {"use-domains": false}},   # why: "so"
  }}
`;

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

test(
  "odd names of VMs and networks, and odd netplan files, are what they are on a real host, and nothing more",
  async () => {
    await using lan = await Lan.start();
    await using host = await lan.startHost({
      name: "kvm1",
      netplan: odd,
      files: { [oddFile]: { text: 'network: {version: 2, ethernets: {"enp9s0": {optional: true}}}\n', mode: 0o600 } },
    });
    await host.startGuest({ name: "web", running: false });
    const xml = (await host.must(["virsh", "dumpxml", "web"])).replace(/<uuid>.*<\/uuid>/, "");
    for (const [index, name] of names.entries()) {
      await host.writeFile(
        "/tmp/domain.xml",
        xml.replace("<name>web</name>", () => `<name>${escaped(name)}</name>`),
      );
      await host.must(["virsh", "define", "/tmp/domain.xml"]);
      expect((await host.must(["virsh", "list", "--all", "--name"])).split("\n")).toContain(names[index]);
    }
    await using stack = await HomelabStack.start({
      lan,
      hosts: [host],
      config: {
        hosts: { kvm1: { bridge: {}, networks: Object.fromEntries(names.map((name) => [name, {}])) } },
        vms: Object.fromEntries(names.map((name) => [name, { host: "kvm1", nics: { lan: { network: name } } }])),
      },
    });
    await succeeds(stack.up());
    for (const name of names) {
      const interfaces = await host.must(["virsh", "-q", "domiflist", "--inactive", "--domain", name]);
      expect(interfaces.trim().split("\n")).toHaveLength(1);
      expect(interfaces).toContain(` ${name} `);
    }
    expect(await stack.preview(["--expect-no-changes"])).toMatchObject({ code: 0 });
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toBe(odd);
    expect(await host.must(["virsh", "net-list", "--all", "--name"])).not.toMatch(/touch|mail/);
    expect(await host.must(["find", "/", "-xdev", "-name", "pwned*"])).toBe("");
  },
  300 * seconds,
);
