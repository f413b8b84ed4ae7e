import { connection } from "../../../provider/schema/connection";
import { validate } from "../../../provider/server/validate";

const wrongWith = (fields: object) =>
  validate(connection, { host: "kvm1", ...fields }).wrong.map(({ path, reason }) => `${path.join(".")}: ${reason}`);

test.each([
  "~/.ssh/id_ed25519",
  "/root/.ssh/id_rsa",
  "./key",
  "../keys/homelab",
  "keys/id_ecdsa_2",
  "homelab.pem",
  "$HOME/.ssh/homelab",
  "file:///root/key",
  "C:\\Users\\me\\key",
  "~/.ssh/id_ed25519\n",
])("the path %j is no key, and its words say how the file is read", (privateKey) => {
  const [first, ...others] = wrongWith({ privateKey });
  expect(others).toEqual([]);
  expect(first).toMatch(
    /^privateKey: must be the text of a key, and this is the path of a file\. Leave it out, .*readFileSync/,
  );
  expect(first).not.toContain(privateKey.trim());
});

test("a public key is no private one", () => {
  expect(wrongWith({ privateKey: "ssh-ed25519 AAAAC3Nz me@laptop" })).toEqual([
    "privateKey: must be the private key: this is the public one, of the file that ends with .pub",
  ]);
});

test.each([
  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA/~\n-----END OPENSSH PRIVATE KEY-----\n",
  "PuTTY-User-Key-File-3: ssh-ed25519\n",
])("the text of a key is one: %j", (privateKey) => expect(wrongWith({ privateKey })).toEqual([]));

test.each([
  ["root@kvm1", "what stands before the @ belongs into `user`"],
  ["kvm1:2222", "the port belongs into `port`"],
  ["[2001:db8::10]:22", "the port belongs into `port`"],
])("%s is more than a host: %s", (host, words) => {
  expect(wrongWith({ host })).toEqual([`host: must be an address or a name alone: ${words}`]);
});

test("a URL is no host", () => {
  expect(wrongWith({ host: "ssh://kvm1" })).toEqual(["host: must be an address or a name alone, not a URL"]);
});

test.each(["kvm1", "kvm1.example", "192.0.2.1", "2001:db8::10", "fe80::1%eth0", "::1"])("%s is a host", (host) => {
  expect(wrongWith({ host })).toEqual([]);
});
