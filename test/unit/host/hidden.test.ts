import fc from "fast-check";
import { hideLogins, hideSecretsOf } from "../../../provider/host/exec/hidden";
import { visible } from "../../../provider/host/exec/visible";
import { secretsIn } from "../../../provider/host/facts/secrets";
import { Hosts } from "../../../provider/host/hosts";
import { Session } from "../../../provider/host/ssh/session";
import { visibleText, visibleValues } from "../../../provider/server/visibleText";
import { cpuMs } from "../support/computing";
import { answer, SshServer } from "../support/sshServer";

/** What is shown of a text on a host with a netplan file. */
function shown(file: string, text: string): string {
  hideSecretsOf([file], secretsIn);
  return visible(text);
}

const wifi = (password: string) => `network: {wifis: {w: {access-points: {home: {password: ${password}}}}}}\n`;

test.each<[string, string, string]>([
  ["Wi-Fi", wifi("tr0ub4dor"), "tr0ub4dor"],
  ["802.1X", "network: {ethernets: {e: {auth: {password: tr0ub4dor, client-key-password: c0rrect-h}}}}", "c0rrect-h"],
  ["WireGuard", "network: {tunnels: {w: {keys: {private: eFf+Gg/12=}}}}", "eFf+Gg/12="],
  ["a WireGuard peer", "network: {tunnels: {w: {peers: [{keys: {public: a, shared: eFf+Gg/13=}}]}}}", "eFf+Gg/13="],
  ["a GRE tunnel", "network: {tunnels: {g: {keys: {input: 9472618350, output: 1}}}}", "9472618350"],
  ["a modem", "network: {modems: {m: {pin: 4711}}}", "4711"],
  [
    "NetworkManager's",
    "network: {modems: {m: {networkmanager: {passthrough: {wifi-security.wep-key0: n3v3rmind}}}}}",
    "n3v3rmind",
  ],
  [
    "a group of its",
    "network: {nm-devices: {m: {networkmanager: {passthrough: {vpn-secrets: {x: n0t-y3t-x}}}}}}",
    "n0t-y3t-x",
  ],
  [
    "a peer of its",
    'network: {nm-devices: {m: {networkmanager: {passthrough: {"wireguard-peer.x=.preshared-key": pr3shared}}}}}',
    "pr3shared",
  ],
  ["MACsec's", "network: {nm-devices: {m: {networkmanager: {passthrough: {macsec.mka-cak: c4c4c4c4}}}}}", "c4c4c4c4"],
  ["an alias", "network: {wifis: {w: {access-points: {a: {password: &p 4li4s-of}, b: {password: *p}}}}}", "4li4s-of"],
  [
    "what another key has, too",
    "x: &p e1sewhere\nnetwork: {wifis: {w: {access-points: {b: {password: *p}}}}}",
    "e1sewhere",
  ],
  ...[
    "pasword",
    "passwrd",
    "Password",
    "passphrase",
    "pass",
    "pwd",
    "secrect",
    "presharedkey",
    "privat-key",
    "pre-shared-kye",
  ].map((key): [string, string, string] => [
    `a key that is misspelt, ${key}`,
    `network: {ethernets: {e: {auth: {${key}: m1sspelt-1}}}}`,
    "m1sspelt-1",
  ]),
  ["a key by an alias", "x: &k password\nnetwork: {wifis: {w: {access-points: {b: {*k : 4li4s-key}}}}}", "4li4s-key"],
  [
    "a key that is written otherwise",
    'network: {wifis: {w: {access-points: {b: {"p\\u0061ssword": 0therwise}}}}}',
    "0therwise",
  ],
  ["the first of several documents", `${wifi("f1rst-0ne")}---\nnetwork: {}\n`, "f1rst-0ne"],
  ["a document with more after its end", `${wifi("b3f0re-it")}...\ngarbage: [\n`, "b3f0re-it"],
  ["cloud-init", "#cloud-config\nusers: [{name: a, plain_text_passwd: cl0ud-init}]", "cl0ud-init"],
])("a secret of a host's file is hidden wherever it is said: %s", (_, file, secret) => {
  expect(shown(file, `Error: invalid value '${secret}'\nthe log: ${secret}.`)).toBe(
    "Error: invalid value '(hidden)'\nthe log: (hidden).",
  );
});

test("whatever a password is, and however the file has it", () => {
  const characters = fc.constantFrom(..."aZ09 '\"\\/$^.*[](){}#:-é\n");
  const password = fc
    .string({ unit: characters, minLength: 8, maxLength: 40 })
    .filter((text) => text.trim().length >= 8);
  fc.assert(
    fc.property(password, (text) => {
      const file = wifi(JSON.stringify(text));
      expect(shown(file, `it said ${text.trim()}!`)).not.toContain(text.trim());
      expect(shown(file, `the line: ${file}`)).not.toContain(JSON.stringify(text).slice(1, -1).trim());
    }),
  );
});

test("a short secret hides no part of a word, and a very short one only what is quoted", () => {
  const file = `${wifi("lan1")}modems: {m: {pin: 12}}\n`;
  expect(shown(file, "vlan10 lan1 lan1, 12 '12'")).toBe("vlan10 (hidden) (hidden), 12 '(hidden)'");
});

test("of two secrets, one the beginning of the other, nothing is left, in whatever files they are", () => {
  hideSecretsOf([wifi("beg1nning")], secretsIn);
  expect(shown(wifi("beg1nning-and-end"), "beg1nning-and-end")).toBe("(hidden)");
});

test("what a tunnel is told apart by hides no address, and a text that is no YAML nothing", () => {
  expect(shown("tunnels: {g: {key: 198.51.100.7}}", "198.51.100.7")).toBe("198.51.100.7");
  expect(shown("password: [br0ken-yaml", "br0ken-yaml")).toBe("br0ken-yaml");
});

test("a secret as long as a file may be is hidden", () => {
  const long = "a".repeat(100_000);
  expect(shown(wifi(long), `Error: ${long}.`)).toBe("Error: (hidden).");
});

test("a host whose files are full of secrets, and are others each time, takes no time from what others say", () => {
  const keys = [...Array(19_000).keys()];
  for (let read = 0; read < 15; read += 1) {
    const text = `psk:\n${keys.map((key) => `- k${read.toString(36)}${key.toString(36)}\n`).join("")}`;
    hideSecretsOf([text], secretsIn);
  }
  expect(shown(wifi("tr0ub4dor"), "tr0ub4dor")).toBe("(hidden)");
  const began = process.cpuUsage();
  for (let line = 0; line < 1000; line += 1) visible(`a line that somebody said, ${line}`);
  expect(cpuMs(began)).toBeLessThan(1500);
});

test("of a host that was read, all files that have secrets are known: netplan's, cloud-init's, those of before", async () => {
  const framed = (name: string, text: string) => `${name} 0 ${Buffer.byteLength(text)}\n${text}\n`;
  const record = { owner: "urn:x", uplink: "eth0", previousConfig: { "/etc/netplan/01.yaml": wifi("bef0re-that") } };
  const said = [
    framed("machineId", "a".repeat(32)) + framed("uid", "0") + framed("addresses", '[{"ifname":"lo"}]'),
    framed("netplan:/etc/netplan/02.yaml", wifi("r3ad-there")),
    framed("cloud:/etc/cloud/cloud.cfg.d/99-kvmnet.cfg", wifi("in-cl0ud-init")),
    framed("record:/var/lib/kvmnet/bridges/br0.json", JSON.stringify(record)),
  ];
  await using server = await SshServer.start({ onExec: answer(said.join("")) });
  const hosts = new Hosts();
  const secrets = "r3ad-there in-cl0ud-init bef0re-that";
  expect(visible(secrets)).toBe(secrets);
  await hosts.reachFacts(server.connection);
  hosts.close();
  expect(visible(secrets)).toBe("(hidden) (hidden) (hidden)");
});

test.each([
  ["the password of the login", { password: "0ft-planted-7c42" }, "0ft-planted-7c42"],
  ["sudo's password", { user: "me", sudo: { password: "s0d-planted-7c42" } }, "s0d-planted-7c42"],
  ["a line of the key", {}, ""],
])("a host that says %s again is not repeated", async (_, more, secret) => {
  await using server = await SshServer.start({
    onExec: (channel, _client, command) => {
      const said = secret || server.connection.privateKey.split("\n")[2];
      channel.stderr.write(`${/kvmnet-sudo-[0-9a-f]+:/.exec(command)?.[0] ?? ""}`);
      channel.stderr.write(`it is ${said}, is it\n`);
      channel.exit(1);
      channel.end();
    },
  });
  const session = await Session.dial({ ...server.connection, ...more });
  const failed = session.exec(["true"], { purpose: "try it" });
  await expect(failed).rejects.toMatchObject({ message: expect.stringMatching(/it is \(hidden\), is it/) });
  session.close();
});

test("a password that is the user's name leaves the name", async () => {
  await using server = await SshServer.start({
    onExec: (channel) => {
      channel.exit(1);
      channel.end();
    },
  });
  const session = await Session.dial({ ...server.connection, password: "root" });
  await expect(session.exec(["true"], { purpose: "try it" })).rejects.toThrow(/^root@127/);
  session.close();
});

test("a password that is also a VM's name leaves the name in what a program goes by, and in no word to people", () => {
  hideLogins(["ubuntu-planted"], []);
  expect(visibleValues({ vms: ["ubuntu-planted"] })).toEqual({ vms: ["ubuntu-planted"] });
  expect(visibleText("login ubuntu-planted")).toBe("login (hidden)");
});

test("a secret that a colour tag of the engine's parts is hidden", () => {
  hideSecretsOf([wifi("p4rt-by-t4g")], secretsIn);
  expect(visibleText("it is p4rt<{%reset%}>-by-t4g")).toBe("it is (hidden)");
});
