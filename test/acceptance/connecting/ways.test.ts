import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../lab/command";
import { folders } from "../../lab/folders";
import { Lan } from "../../lab/lan";
import { Person } from "../../lab/reaching";
import { SshAgent } from "../../lab/sshAgent";
import { tryWays, type Way } from "../../lab/waysIn";
import { configFor } from "./sshConfig";

const seconds = 1000;

const table: string[] = [];

afterAll(() => console.log(["way | release | result", ...table].join("\n")));

describe.each(["bookworm", "trixie"] as const)("Debian %s", (release) => {
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
      const many = Array.from({ length: 7 }, (_, index) => join(run, `many${index}`));
      for (const path of many) await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path]);
      await using crowded = await SshAgent.start(lan, "crowded", many);
      const known = [
        host.knownHosts(),
        `[${address}]:2222 ${hostKey}\n203.0.113.3 ${hostKey}\n${linkLocal}%lan0 ${hostKey}\n`,
        `bastion.lab.test,${bastion.address},203.0.113.2 ${bastion.hostKey}\nkvm-by-alias ${hostKey}\n`,
      ].join("");
      const config = configFor({ address, bastion: bastion.address, wrongAgent: wrongAgent.socket });
      const person = await Person.at(lan);
      const files = {
        config,
        lab: lan.privateKey,
        "lab.pub": lan.publicKey,
        encrypted,
        other,
        "other-cert.pub": "ssh-ed25519-cert-v01@openssh.com AAAA",
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
          error:
            /^root@192\.0\.2\.\d+: connection\.privateKey can't be used: connection\.privateKeyPassword does not open it/,
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
        { way: "config: HostKeyAlias", connection: { host: "aliased" } },
        { way: "config: GlobalKnownHostsFile", connection: { host: "globally" } },
        {
          way: "config: ConnectTimeout",
          connection: { host: "slow" },
          error: /^slow: .* at 192\.0\.2\.99 port 22: no answer in time/,
        },
        { way: "config: StrictHostKeyChecking no", connection: { host: "unchecked" } },
        { way: "config: StrictHostKeyChecking accept-new", connection: { host: "acceptnew" } },
        { way: "config: user wins", connection: { host: "byconfig", user: "admin", sudo: true, port: 22 } },
        { way: "config: ProxyJump", connection: { host: "jumped" } },
        { way: "config: ProxyJump, two hops", connection: { host: "jumped2" } },
        { way: "proxy", connection: { ...inner, proxy: jump } },
        { way: "proxy by a name in the config", connection: { ...inner, proxy: { host: "bastion" } } },
        { way: "config: ProxyCommand", connection: { host: "bycommand" } },
        {
          way: "config: a ProxyCommand that fails",
          connection: { host: "badcommand" },
          error: /^badcommand: can't be reached by its ProxyCommand: it ended with 3: no tunnel/,
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
        {
          way: "config: PKCS11Provider of a second jump host",
          connection: { host: "jumpedcard" },
          error: /PKCS11Provider in ~\/\.ssh\/config is not supported/,
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
          error: /^wrongkey: .*shows SHA256:\S+; ~\/\.ssh\/wrong_hosts has SHA256:\S+\.\n.*ssh-keygen -R/,
        },
        {
          way: "known_hosts: unknown",
          connection: { host: "unknownkey" },
          error: /^unknownkey: its host key SHA256:\S+ is not known\.\nLog in once/,
        },
        {
          way: "jump host's key is another",
          connection: { ...inner, proxy: { ...jump, hostKey } },
          error:
            /^root@192\.0\.2\.\d+: its host key is not the one that is known\. It shows SHA256:\S+; connection\.proxy\.hostKey has SHA256:/,
        },
        {
          way: "nothing listens behind the jump host",
          connection: { ...inner, port: 9, proxy: jump },
          error: /can't be reached through root@.*: .*refused/i,
        },
        {
          way: "no such user",
          connection: { ...at, user: "who" },
          error:
            /^who@192\S+: it does not let the user who in; tried: connection\.privateKey \(SHA256:\S+\)\.\nSee that `ssh who@/,
        },
        {
          way: "wrong key",
          connection: { ...at, privateKey: other },
          error:
            /^root@192\S+: it does not let the user root in; tried: connection\.privateKey \(SHA256:\S+\)\.\nSee that/,
        },
        {
          way: "wrong password",
          connection: { host: address, user: "helper", password: "no" },
          error: /^helper@192\S+: it does not let .* tried: connection\.password, .*keyboard-interactive\)\.\nSee that/,
        },
        {
          way: "refused",
          connection: { ...at, port: 9 },
          error:
            /^root@192\S+:9: .* at 192\S+ port 9: the connection was refused: is sshd running, and is the port right\?/,
        },
        {
          way: "no such name",
          connection: { ...at, host: "nothere.lab.test" },
          error: /^root@nothere\.lab\.test: its name nothere\.lab\.test can't be resolved: is connection\.host right/,
        },
        {
          way: "timed out",
          connection: { ...at, host: "192.0.2.99", perDialTimeout: 1 },
          error: /^root@192\S+: .*no answer in time: is it on, is connection\.host right/,
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
      await person.have(files);
      // Last: from Debian 13 on, sshd shuts out for a while who could not log in.
      await go(
        [
          {
            way: "an agent that is not there, a key with a certificate that is none",
            connection: { host: "noagent" },
            error:
              /^noagent: .*tried: the SSH agent, no answer from the agent at \/nothere\/agent .*, ~\/\.ssh\/other \(SHA256:/,
          },
          {
            way: "an agent with more keys than the server takes",
            connection: { host: address, user: "root" },
            error:
              /^root@192\S+: it takes no more tries to log in as root; tried: the SSH agent, (the agent's SHA256:\S+ ?){7}\.\n.*IdentitiesOnly/,
          },
        ],
        { SSH_AUTH_SOCK: crowded.socket },
      );
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
