import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../lab/command";
import { folders } from "../lab/folders";
import { Lan } from "../lab/lan";
import { Person } from "../lab/reaching";
import { SshAgent } from "../lab/sshAgent";
import { tryWays, type Way } from "../lab/waysIn";

const seconds = 1000;

const table: string[] = [];

afterAll(() => console.log(["way | release | result", ...table].join("\n")));

describe.each(["bookworm", "trixie"] as const)("Debian %s", (release) => {
  test(
    "a user is made root by sudo, or it is said why not",
    async () => {
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
          error:
            /^helper@192\.0\.2\.\d+: sudo does not make helper root: sudo: a password is required\nSet connection\.sudo to/,
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
          error: /sudo does not make nobody2 root: .*\n/,
        },
        {
          way: "sudo with a password, but no right to it",
          connection: { ...at, user: "nobody2", sudo: { password: "lab" } },
          error: /nobody2 is not in the sudoers file.*\nGive nobody2 the right in sudoers/s,
        },
      ];
      const person = await Person.at(lan);
      expect(await tryWays({ host, person, release, table }, ways)).toEqual([]);
    },
    300 * seconds,
  );

  test(
    "what stands in ~/.ssh counts as it does for ssh",
    async () => {
      await using lan = await Lan.start();
      const [bastion, host] = await Promise.all([
        lan.startHost({ name: "bastion", release }),
        lan.startHost({ name: "kvm1", release, files: { "/etc/ssh/sshd_config.d/00-lab.conf": sshd } }),
      ]);
      // Seen from the bastion only: nobody else is on that network.
      await bastion.must(["ip", "address", "add", "203.0.113.2/24", "dev", "enp1s0"]);
      await host.must(["ip", "address", "add", "203.0.113.3/24", "dev", "enp1s0"]);
      const linkLocal = /inet6 (fe80:[^/]+)/.exec(
        await host.must(["ip", "-6", "address", "show", "dev", "enp1s0"]),
      )?.[1];
      const { address, hostKey, privateKey } = host;
      const run = folders.run(lan.id);
      await cp(lan.sshKeyPath, join(run, "encrypted"));
      await must(["ssh-keygen", "-q", "-p", "-N", "open sesame", "-f", join(run, "encrypted")]);
      await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(run, "other")]);
      const [encrypted, other] = await Promise.all([
        readFile(join(run, "encrypted"), "utf8"),
        readFile(join(run, "other"), "utf8"),
      ]);
      await using agent = await SshAgent.start(lan, "lab", [join(run, "other"), lan.sshKeyPath]);
      await using wrongAgent = await SshAgent.start(lan, "wrong", [join(run, "other")]);
      const known = [
        host.knownHosts(),
        `[${address}]:2222 ${hostKey}\n203.0.113.3 ${hostKey}\n${linkLocal}%lan0 ${hostKey}\n`,
        `bastion.lab.test,${bastion.address},203.0.113.2 ${bastion.hostKey}\n`,
      ].join("");
      const config = configFor({ address, bastion: bastion.address, wrongAgent: wrongAgent.socket });
      const person = await Person.at(lan);
      const files = {
        config,
        lab: lan.privateKey,
        "lab.pub": lan.publicKey,
        encrypted,
        other,
        known_hosts: known,
        more: `Host included\n  HostName ${address}\n  User root\n  IdentityFile ~/.ssh/lab\n`,
        other_hosts: `${address} ${hostKey}\n`,
        authority: `@cert-authority * ${bastion.hostKey}\n`,
        wrong_hosts: `${address} ${bastion.hostKey}\n`,
        none_hosts: "",
      };
      const at = { host: address, privateKey, user: "root" };
      const jump = { host: bastion.address, user: "root", privateKey };
      const inner = { host: "203.0.113.3", user: "root", privateKey };
      const wrong: unknown[] = [];
      const go = async (ways: Way[], env?: Record<string, string>) =>
        wrong.push(...(await tryWays({ host, person, release, table }, ways, env)));

      await person.have(files);
      await go([
        { way: "privateKey", connection: at },
        {
          way: "encrypted privateKey",
          connection: { ...at, privateKey: encrypted, privateKeyPassword: "open sesame" },
        },
        {
          way: "encrypted privateKey, wrong password",
          connection: { ...at, privateKey: encrypted, privateKeyPassword: "wrong" },
          error: /connection\.privateKey can't be used: /,
        },
        { way: "password", connection: { host: address, user: "helper", password: "lab", sudo: { password: "lab" } } },
        { way: "keyboard-interactive", connection: { host: address, user: "admin", password: "lab", sudo: true } },
        { way: "another port", connection: { ...at, port: 2222 } },
        { way: "link-local IPv6", connection: { ...at, host: `${linkLocal}%lan0` } },
        { way: "a name in DNS", connection: { ...at, host: "kvm1.lab.test" } },
        { way: "config: HostName, Port, User, IdentityFile", connection: { host: "byconfig" } },
        { way: "config: Include", connection: { host: "included" } },
        { way: "config: Match host", connection: { host: "bymatch" } },
        { way: "config: UserKnownHostsFile", connection: { host: "ownknown" } },
        { way: "config: StrictHostKeyChecking no", connection: { host: "unchecked" } },
        { way: "config: StrictHostKeyChecking accept-new", connection: { host: "acceptnew" } },
        { way: "config: user wins", connection: { host: "byconfig", user: "admin", sudo: true, port: 22 } },
        { way: "config: ProxyJump", connection: { host: "jumped" } },
        { way: "config: ProxyJump, two hops", connection: { host: "jumped2" } },
        { way: "proxy", connection: { ...inner, proxy: jump } },
        { way: "proxy by a name in the config", connection: { ...inner, proxy: { host: "bastion" } } },
        {
          way: "config: ProxyCommand",
          connection: { host: "bycommand" },
          error: /ProxyCommand in ~\/\.ssh\/config is not supported/,
        },
        {
          way: "config: PKCS11Provider",
          connection: { host: "bycard" },
          error: /PKCS11Provider in ~\/\.ssh\/config is not supported/,
        },
        {
          way: "config: GSSAPIAuthentication",
          connection: { host: "bygss" },
          error: /GSSAPIAuthentication in .* not supported/,
        },
        {
          way: "config: Match exec",
          connection: { host: "byexec" },
          error: /Match exec in ~\/\.ssh\/config is not supported/,
        },
        { way: "config: a loop of ProxyJump", connection: { host: "loop" }, error: /more than 8 jump hosts/ },
        {
          way: "known_hosts: @cert-authority",
          connection: { host: "authority" },
          error: /@cert-authority.* can't check host certificates/,
        },
        {
          way: "known_hosts: another key",
          connection: { host: "wrongkey" },
          error: /shows SHA256:\S+; ~\/\.ssh\/wrong_hosts has SHA256/,
        },
        {
          way: "known_hosts: unknown",
          connection: { host: "unknownkey" },
          error: /its host key SHA256:\S+ is not known\.\nLog in once/,
        },
        {
          way: "jump host's key is another",
          connection: { ...inner, proxy: { ...jump, hostKey } },
          error: /^root@192\.0\.2\.\d+: its host key is not the one/,
        },
        {
          way: "nothing listens behind the jump host",
          connection: { ...inner, port: 9, proxy: jump },
          error: /can't be reached through root@.*: .*refused/i,
        },
        {
          way: "no such user",
          connection: { ...at, user: "who" },
          error: /does not let the user who in; tried: connection\.privateKey \(SHA256:\S+\)/,
        },
        {
          way: "wrong key",
          connection: { ...at, privateKey: other },
          error: /does not let the user root in; tried: connection\.privateKey \(SHA256/,
        },
        {
          way: "wrong password",
          connection: { host: address, user: "helper", password: "no" },
          error: /tried: connection\.password/,
        },
        {
          way: "refused",
          connection: { ...at, port: 9 },
          error: /at 192\S+ port 9: the connection was refused: is sshd running/,
        },
        {
          way: "no such name",
          connection: { ...at, host: "nothere.lab.test" },
          error: /its name nothere\.lab\.test can't be resolved/,
        },
        {
          way: "timed out",
          connection: { ...at, host: "192.0.2.99", perDialTimeout: 2 },
          error: /no answer in time|EHOSTUNREACH/,
        },
        {
          way: "an encrypted file, no agent",
          connection: { host: "byencrypted" },
          error: /encrypted: set connection\.privateKeyPassword, or add it to an SSH agent/,
        },
        {
          way: "an encrypted file and its password",
          connection: { host: "byencrypted", privateKeyPassword: "open sesame" },
        },
      ]);
      await go(
        [
          { way: "agent", connection: { host: address, user: "root" } },
          { way: "config: IdentitiesOnly with an agent", connection: { host: "onlylab" } },
          {
            way: "config: IdentityAgent with the wrong key",
            connection: { host: "otheragent" },
            error: /tried: the SSH agent, the agent's SHA256:\S+/,
          },
        ],
        { SSH_AUTH_SOCK: agent.socket },
      );
      await must(["ssh-keygen", "-q", "-H", "-f", join(person.home, ".ssh/known_hosts")]);
      await go([{ way: "known_hosts: hashed", connection: at }]);
      await person.have({ lab: lan.privateKey, id_ed25519: lan.privateKey, known_hosts: known });
      await go([
        { way: "the usual file", connection: { host: address, user: "root" } },
        {
          way: "proxy, usual files",
          connection: { host: "203.0.113.3", user: "root", proxy: { host: "bastion.lab.test", user: "root" } },
        },
      ]);
      expect(wrong).toEqual([]);
    },
    300 * seconds,
  );
});

const sshd = `Port 22
Port 2222
KbdInteractiveAuthentication yes
Match User admin
  PasswordAuthentication no
`;

/** A ~/.ssh/config with a Host for each thing that it can say. */
function configFor({ address, bastion, wrongAgent }: { address: string; bastion: string; wrongAgent: string }): string {
  const lab = "  User root\n  IdentityFile ~/.ssh/lab";
  const here = `  HostName ${address}\n${lab}`;
  return `# by hand
Include mo?e nothere/*
Host byconfig
${here}
  Port=2222
Host ownknown
${here}
  UserKnownHostsFile "~/.ssh/other_hosts"
Host authority
${here}
  UserKnownHostsFile ~/.ssh/authority
Host wrongkey
${here}
  UserKnownHostsFile ~/.ssh/wrong_hosts
Host unknownkey unchecked acceptnew
${here}
  UserKnownHostsFile ~/.ssh/none_hosts
Host unchecked
  StrictHostKeyChecking no
Host acceptnew
  StrictHostKeyChecking accept-new
Host bastion
  HostName ${bastion}
${lab}
Host jumped jumped2
  HostName 203.0.113.3
${lab}
Host jumped
  ProxyJump bastion
Host jumped2
  ProxyJump root@bastion:22,root@203.0.113.2
Host 203.0.113.2
${lab}
Host bycommand
  ProxyCommand nc %h %p
Host bycard
  PKCS11Provider /usr/lib/card.so
Host bygss
  GSSAPIAuthentication yes
Host loop
  ProxyJump loop
Host onlylab
${here}
  IdentitiesOnly yes
Host otheragent
  HostName ${address}
  User root
  IdentityFile none
  IdentityAgent ${wrongAgent}
Host byencrypted
  HostName ${address}
  User root
  IdentityFile ~/.ssh/encrypted
Match originalhost byexec exec "true"
  User root
Host bymatch
  HostName ${address}
Match host ${address} originalhost "bymatch"
${lab}
`;
}
