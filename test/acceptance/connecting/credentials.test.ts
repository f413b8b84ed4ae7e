import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../lab/command";
import { folders } from "../../lab/folders";
import { Lan } from "../../lab/lan";
import { Person } from "../../lab/reaching";
import { releasesFor } from "../../lab/releases";
import { SshAgent } from "../../lab/sshAgent";
import { tokenAgent } from "../../lab/tokenAgent";
import { tryWays } from "../../lab/waysIn";

const seconds = 1000;
const types = ["ed25519", "ecdsa", "rsa"];

test.each(releasesFor(__filename))(
  "a user's certificate and a token's key log in, as for ssh, on %s",
  async (release) => {
    await using lan = await Lan.start();
    const run = folders.run(lan.id);
    const keygen = (...args: string[]) => must(["ssh-keygen", "-q", ...args]);
    await keygen("-t", "ed25519", "-N", "", "-f", join(run, "authority"));
    for (const type of types) {
      await keygen("-t", type, "-N", "", "-f", join(run, type));
      await keygen("-s", join(run, "authority"), "-I", type, "-n", "root", join(run, `${type}.pub`));
    }
    const text = (name: string) => readFile(join(run, name), "utf8");
    const host = await lan.startHost({
      ...{ name: "kvm1", release },
      files: {
        "/etc/ssh/sshd_config.d/00-lab.conf": "TrustedUserCAKeys /etc/ssh/user_ca.pub\n",
        "/etc/ssh/user_ca.pub": await text("authority.pub"),
      },
    });
    using token = await tokenAgent(join(run, "token.agent"));
    await host.must(["tee", "-a", "/root/.ssh/authorized_keys"], { input: `${token.publicKey}\n` });
    await using agent = await SshAgent.start(lan, "certified", [join(run, "ed25519")]);
    await using bare = await SshAgent.start(lan, "bare", []);
    const files: Record<string, string> = { known_hosts: host.knownHosts() };
    for (const type of types) {
      files[type] = await text(type);
      files[`${type}-cert.pub`] = await text(`${type}-cert.pub`);
    }
    await keygen(
      "-s",
      join(run, "authority"),
      "-I",
      "old",
      "-n",
      "root",
      "-V",
      "20200101:20200102",
      join(run, "rsa.pub"),
    );
    files.old = files.rsa ?? "";
    files["old-cert.pub"] = await text("rsa-cert.pub");
    files.moved = files.ecdsa ?? "";
    files.apart = files["ecdsa-cert.pub"] ?? "";
    files.signed = files["ed25519-cert.pub"] ?? "";
    const of = (name: string, ...lines: string[]) =>
      `Host ${[name, ...lines].join("\n  ")}\n  HostName ${host.address}\n  User root\n`;
    files.config = [
      ...[...types, "old"].map((type) => of(type, `IdentityFile ~/.ssh/${type}`, "IdentityAgent none")),
      of("apart", "IdentityFile ~/.ssh/moved", "CertificateFile ~/.ssh/apart", "IdentityAgent none"),
      of("agent", "IdentityFile none", `IdentityAgent ${agent.socket}`),
      of("both", "IdentityFile none", "CertificateFile ~/.ssh/signed", `IdentityAgent ${agent.socket}`),
      of("token", "IdentityFile none", `IdentityAgent ${token.socket}`),
      of("other", "IdentityFile none", "CertificateFile ~/.ssh/signed", `IdentityAgent ${bare.socket}`),
    ].join("");
    const person = await Person.at(lan, files);
    const table: string[] = [];
    const wrong = await tryWays({ host, person, release, table }, [
      ...types.map((type) => ({ way: `a certificate beside a key, ${type}`, connection: { host: type } })),
      { way: "CertificateFile", connection: { host: "apart" } },
      { way: "a certificate in the agent", connection: { host: "agent" } },
      { way: "CertificateFile of the agent's key", connection: { host: "both" } },
      { way: "a token's key in the agent", connection: { host: "token" } },
      { way: "a certificate that is over", connection: { host: "old" }, error: /tried: ~\/\.ssh\/old-cert\.pub \(/ },
      { way: "a certificate whose key nobody has", connection: { host: "other" }, error: /^other: it does not let/ },
    ]);
    console.log(["way | release | result", ...table].join("\n"));
    expect(wrong).toEqual([]);
  },
  120 * seconds,
);
