import { fences } from "../../lab/documented";
import { HomelabStack } from "../../lab/homelabStack";
import type { Host } from "../../lab/host";
import { Lan } from "../../lab/lan";
import { Person } from "../../lab/reaching";
import { everyRelease } from "../../lab/releases";
import { succeeds } from "../../lab/succeeds";
import { tryWays, type Way } from "../../lab/waysIn";

const seconds = 1000;

const table: string[] = [];

afterAll(() => console.log(["way | release | result", ...table].join("\n")));

test.each(everyRelease())(
  "on %s a user is made root by sudo, or it is said why not",
  async (release) => {
    await using lan = await Lan.start();
    await using host = await lan.startHost({ name: "kvm1", release });
    await host.must(["sh", "-c", "useradd -m -s /bin/bash nobody2 && echo nobody2:lab | chpasswd"]);
    await host.must([
      "sh",
      "-c",
      "mkdir -p ~nobody2/.ssh && cp /root/.ssh/authorized_keys ~nobody2/.ssh/ && chown -R nobody2 ~nobody2/.ssh",
    ]);
    const { privateKey, hostKey } = host;
    const at = { host: host.address, privateKey, hostKey };
    const ways: Way[] = [
      { way: "root", connection: { ...at, user: "root" } },
      { way: "root, sudo true", connection: { ...at, user: "root", sudo: true } },
      { way: "sudo without a password", connection: { ...at, user: "admin", sudo: true } },
      {
        way: "a password that sudo does not ask for",
        connection: { ...at, user: "admin", sudo: { password: "lab" } },
      },
      { way: "sudo with a password", connection: { ...at, user: "helper", sudo: { password: "lab" } } },
      {
        way: "no sudo, not root",
        connection: { ...at, user: "admin" },
        error: /^admin@192\.0\.2\.\d+: kvmnet works on a host as root: .* connection\.sudo to true or \{ password \}/,
      },
      {
        way: "sudo true, a password is wanted",
        connection: { ...at, user: "helper", sudo: true },
        error: /^helper@192\S+: sudo does not make helper root: .*: no rule in sudoers .*\n.* set connection\.sudo to/,
      },
      {
        way: "sudo with a wrong password",
        connection: { ...at, user: "helper", sudo: { password: "wrong" } },
        error:
          /sudo does not make helper root: it does not take connection\.sudo\.password\.\nGive the password of helper/,
      },
      {
        way: "sudo refused",
        connection: { ...at, user: "nobody2", sudo: true },
        error:
          /^nobody2@192\S+: sudo does not make nobody2 root: .*\n(?:.*\n)? {2}nobody2 ALL=\(root\) NOPASSWD: \/bin\/sh(?:\n|$)/,
      },
      {
        way: "sudo with a password, but no right to it",
        connection: { ...at, user: "nobody2", sudo: { password: "lab" } },
        error:
          /(?:nobody2 is not in the sudoers file|I'm sorry nobody2).*\nAdd a rule, .*\n {2}nobody2 ALL=\(root\) \/bin\/sh\n/,
      },
    ];
    const person = await Person.at(lan);
    expect(await tryWays({ host, person, release, table }, ways)).toEqual([]);
  },
  300 * seconds,
);

/** In place of what the lab's image lets its users do. */
async function documentedSudoers(host: Host): Promise<void> {
  const [text = ""] = fences("docs/connecting.md", "sudoers");
  await host.must(
    [
      "sh",
      "-c",
      // Ubuntu's file lets a group do all that is called as one of them.
      "rm /etc/sudoers.d/admin /etc/sudoers.d/helper && sed -i '/^%/d' /etc/sudoers && umask 337 && cat >/etc/sudoers.d/kvmnet",
    ],
    {
      input: text,
    },
  );
  await host.must(["visudo", "-c"]);
  expect(await host.must(["sudo", "-l", "-U", "admin"])).toMatch(/:\n +\(root\) NOPASSWD: (?:\/usr)?\/bin\/sh\s*$/);
  expect(await host.must(["sudo", "-l", "-U", "helper"])).toMatch(/:\n +\(root\) (?:\/usr)?\/bin\/sh\s*$/);
}

const users = [
  { user: "helper", sudo: { password: "lab" } },
  { user: "admin", sudo: true },
] as const;

test.each(
  process.env.KVMNET_RELEASE
    ? users.flatMap((user) => everyRelease().map((release) => [release, user] as const))
    : ([
        ["bookworm", users[0]],
        ["trixie", users[1]],
      ] as const),
)(
  "on %s a user with the documented sudoers file makes a bridge on a host that is met for the first time, and takes it away again",
  async (release, connection) => {
    await using lan = await Lan.start();
    await using host = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
    await documentedSudoers(host);
    await using stack = await HomelabStack.start({
      lan,
      hosts: [host],
      connection: { ...connection, strictHostKeyChecking: "accept-new" },
      knownHosts: "",
      config: { hosts: { kvm1: { bridge: {}, networks: { lan: {} } } } },
    });
    await succeeds(stack.up());
    expect(await host.addresses()).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
    const logged = (await host.must(["journalctl", "--output=cat", "_COMM=sudo"])).match(/COMMAND=.*/g) ?? [];
    expect(logged).toContainEqual(expect.stringMatching(/kvmnet: read the host.*s facts/));
    expect(logged.filter((line) => line.length > 250 || !/^COMMAND=(?:\/usr)?\/bin\/sh -c /.test(line))).toEqual([]);

    // The state remembers its key: another one is another machine until somebody says that it is not.
    const key = "/etc/ssh/ssh_host_ed25519_key";
    const swap = 'mv "$1" "$1.first" && ssh-keygen -q -t ed25519 -N "" -f "$1" && systemctl restart ssh';
    await host.must(["sh", "-c", swap, "sh", key]);
    const changed =
      /its host key is not the one that is known\. It shows SHA256:\S+; the state has SHA256:\S+\.\n.*set connection\.hostKey/;
    const before = await stack.resources();
    const preview = await stack.preview();
    expect(preview).toMatchObject({ code: 0, stdout: expect.stringMatching(changed) });
    await stack.configure({ hosts: { kvm1: { bridge: { stp: true, forwardDelay: 4 }, networks: { lan: {} } } } });
    expect(await stack.up()).toMatchObject({ code: expect.any(Number), stdout: expect.stringMatching(changed) });
    expect(await stack.resources()).toEqual(before);
    await host.must(["sh", "-c", 'mv "$1.first" "$1" && systemctl restart ssh', "sh", key]);
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    expect(await host.addresses()).toMatch(/^enp1s0 .*192\.0\.2\.100\/24/m);
  },
  300 * seconds,
);
