import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../lab/command";
import { connectionsIn, fences } from "../../lab/documented";
import { folders } from "../../lab/folders";
import { Lan } from "../../lab/lan";
import { Person } from "../../lab/reaching";
import { SshAgent } from "../../lab/sshAgent";
import { tryWays } from "../../lab/waysIn";

const seconds = 1000;
const page = "docs/connecting.md";
const linkLocal = "fe80::5054:ff:fe00:1";

test(
  "each connection that docs/connecting.md shows reaches its host",
  async () => {
    await using lan = await Lan.start();
    const [bastion, host] = await Promise.all([
      lan.startHost({ name: "bastion", release: "trixie", addressing: { address: "192.0.2.101/24" } }),
      lan.startHost({ name: "kvm1", release: "trixie", addressing: { address: "192.0.2.100/24" } }),
    ]);
    for (const one of [bastion, host]) {
      await one.must([
        "sh",
        "-c",
        "useradd -m -s /bin/bash me && echo me:lab | chpasswd && cp -a /root/.ssh ~me/ && chown -R me ~me",
      ]);
    }
    const [sudoers = ""] = fences(page, "sudoers");
    const script =
      "rm /etc/sudoers.d/admin /etc/sudoers.d/helper && umask 337 && cat >/etc/sudoers.d/kvmnet && visudo -c";
    await host.must(["sh", "-c", script], { input: `${sudoers}me ALL=(root) NOPASSWD: /bin/sh\n` });
    await host.must(["ip", "address", "add", "2001:db8::5/64", "dev", "enp1s0", "nodad"]);
    await host.must(["ip", "address", "add", `${linkLocal}/64`, "dev", "enp1s0", "nodad"]);
    await lan.engine.must(["ip", "address", "add", "2001:db8::10/64", "dev", "lan0", "nodad"]);

    const encryptedPath = join(folders.run(lan.id), "encrypted");
    await cp(lan.sshKeyPath, encryptedPath);
    await must(["ssh-keygen", "-q", "-p", "-N", "open sesame", "-f", encryptedPath]);
    await using agent = await SshAgent.start(lan, "lab", [lan.sshKeyPath]);
    const [config = ""] = fences(page, "ssh-config");
    const login = "  IdentityFile ~/.ssh/homelab";
    const person = await Person.at(lan, {
      homelab: lan.privateKey,
      // The names of the page that no DNS of the lab has.
      config: `${config}
Host bastion bastion.example
  HostName 192.0.2.101
${login}
Host bastion
  User root
Host kvm2 new.example
  HostName 192.0.2.100
${login}
Host new.example
  UserKnownHostsFile ~/.ssh/none
`,
      known_hosts: `192.0.2.100,2001:db8::5,${linkLocal}%lan0 ${host.hostKey}\n192.0.2.101 ${bastion.hostKey}\n`,
    });
    const shown = connectionsIn(page, {
      key: lan.privateKey,
      encrypted: await readFile(encryptedPath, "utf8"),
      opens: "open sesame",
      mine: "lab",
      sudo: "lab",
      hostKey: host.hostKey,
    });
    expect(shown.length).toBeGreaterThanOrEqual(12);
    const ways = shown.map(({ name, connection }) => ({
      way: name,
      connection: JSON.parse(JSON.stringify(connection).replaceAll("%eth0", "%lan0")),
    }));
    const table: string[] = [];
    const wrong = await tryWays({ host, person, release: "trixie", table }, ways, { SSH_AUTH_SOCK: agent.socket });
    console.log(["documented | release | result", ...table].join("\n"));
    expect(wrong).toEqual([]);
  },
  180 * seconds,
);
