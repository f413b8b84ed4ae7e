import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { route } from "../../../provider/host/ssh/target";
import { Home } from "../support/sshClient";

interface Case {
  readonly host?: string;
  readonly config: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** Lines of ~/.ssh/config, each of which `ssh -G` is asked about. */
const cases: Readonly<Record<string, Case>> = {
  "a Host in other letters": { config: "Host KVM1\nPort 23" },
  "a Host, dialled in other letters": { host: "KVM1", config: "Host kvm1\nPort 23" },
  "Match host in other letters": { config: "Match host KVM1\nPort 23" },
  "Match originalhost, dialled in other letters": { host: "KVM1", config: "Match originalhost kvm1\nPort 23" },
  "Match user in other letters": { config: "Match user ROOT\nPort 23" },
  "Match user, not": { config: "Match !user other\nPort 23" },
  "a Host in quotes": { config: 'Host "kvm1"\nPort 23' },
  "a Host in single quotes": { config: "Host 'kvm1'\nPort 23" },
  "a Host with a blank in quotes": { config: 'Host "kvm1 other"\nPort 23' },
  "Match host in single quotes": { config: "Match host 'kvm1'\nPort 23" },
  "Match with an equals sign": { config: "Match host=kvm1\nPort 23" },
  "a comment after it": { config: "Host kvm1 # other\nPort 23 # 24" },
  "no comment within a word": { config: "UserKnownHostsFile /x/a#b\nHost other kvm1#x\nPort 23" },
  "an equals sign": { config: "Host = kvm1\nPort=23" },
  CRLF: { config: "Host kvm1\r\nHostName a.example\r\nPort 23\r\n" },
  "single quotes": { config: "UserKnownHostsFile '/x/a b' /x/c" },
  "a blank with a backslash": { config: "UserKnownHostsFile /x/a\\ b" },
  "a quote with a backslash": { config: 'UserKnownHostsFile "/x/a\\"b"' },
  "quotes within a word": { config: 'UserKnownHostsFile /x/"a b"/c' },
  "a name in quotes": { config: '"Port" 23' },
  "StrictHostKeyChecking in capitals": { config: "StrictHostKeyChecking NO" },
  "StrictHostKeyChecking false": { config: "StrictHostKeyChecking false" },
  "StrictHostKeyChecking Accept-New": { config: "StrictHostKeyChecking Accept-New" },
  "CheckHostIP true": { config: "CheckHostIP true" },
  "IdentitiesOnly true": { config: "IdentitiesOnly true" },
  "ProxyCommand none before a ProxyJump": { config: "Host kvm1\nProxyCommand none\nProxyJump j.example" },
  "ProxyJump before a ProxyCommand": { config: "Host kvm1\nProxyJump j.example\nProxyCommand nc %h %p" },
  "ProxyJump none before a ProxyCommand": { config: "Host kvm1\nProxyJump none\nProxyCommand nc %h %p" },
  "Include by a set of characters": {
    ...{ config: "Include {ssh}/inc[12]", files: { inc1: "Port 23\n", inc2: "Port 24\n", inc3: "Port 25\n" } },
  },
  "Include by all but a set": { config: "Include {ssh}/inc[!1]", files: { inc1: "Port 23\n", inc2: "Port 24\n" } },
  "Include in a Host of others": { config: "Host other\nInclude {ssh}/inc", files: { inc: "Host *\nPort 23\n" } },
  "a byte order mark": { config: "\ufeffHost other\nPort 23" },
  "a form feed": { config: "\fHost other\nPort 23" },
  "a Host of none": { config: "Host\nPort 23" },
  "a Match of none": { config: "Match\nPort 23" },
  "a quote without its end": { config: 'Host other\nHostName "a.example\nPort 23' },
};

function mine(host: string) {
  try {
    const way = route({ host, user: "root" });
    const { port, strict, knownHostsFiles, checkHostIp, identitiesOnly } = way.at(-1) as (typeof way)[number];
    const [known] = knownHostsFiles.join(" ").split(" /etc/");
    const jumps = way.slice(0, -1).map((jump) => jump.host);
    return { host: way.at(-1)?.host.toLowerCase(), port, strict, known, checkHostIp, identitiesOnly, jumps };
  } catch {
    return "an error";
  }
}

function theirs(host: string, home: Home) {
  const config = join(home.path, ".ssh/config");
  const { status, stdout } = spawnSync("ssh", ["-F", config, "-G", "--", `root@${host}`], { encoding: "utf8" });
  if (status !== 0) return "an error";
  const said = (name: string) => new RegExp(`^${name} (.*)$`, "m").exec(stdout)?.[1];
  const strict = said("stricthostkeychecking") ?? "";
  return {
    host: said("hostname"),
    port: Number(said("port")),
    strict: { false: "no", off: "no", "accept-new": "accept-new" }[strict] ?? "yes",
    known: said("userknownhostsfile")?.replaceAll(/\S+(?=\/\.ssh\/known_hosts)/g, home.path),
    checkHostIp: said("checkhostip") === "yes",
    identitiesOnly: said("identitiesonly") === "yes",
    jumps: [said("proxyjump") ?? []].flat(),
  };
}

test.each(Object.entries(cases))(
  "~/.ssh/config is read as ssh reads it: %s",
  (_, { host = "kvm1", config, files = {} }) => {
    using home = new Home();
    const fill = (text: string) => text.replaceAll("{ssh}", join(home.path, ".ssh"));
    home.have({ ...files, config: `${fill(config)}\n` });
    expect(mine(host)).toEqual(theirs(host, home));
  },
);

test("a config that others can write is refused, as ssh refuses it", () => {
  using home = new Home({ config: "Port 23\n" });
  expect(mine("kvm1")).toMatchObject({ port: 23 });
  chmodSync(join(home.path, ".ssh/config"), 0o666);
  expect(() => route({ host: "kvm1" })).toThrow(/^kvm1: ~\/\.ssh\/config can be written by others than you/);
});
