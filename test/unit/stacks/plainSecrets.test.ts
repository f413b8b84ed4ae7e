import { plainSecrets } from "../../../stacks/plainSecrets";

const planted = "planted-7Qx";
const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${planted}\n-----END OPENSSH PRIVATE KEY-----\n`;
const hosts = (connection: object) => ({ "homelab:hosts": { kvm1: { connection: { host: "kvm1", ...connection } } } });
const said = (values: object, file?: object) =>
  plainSecrets({ values: { ...values }, isSecret: () => file !== undefined, file: { ...file } });

const at = "homelab:hosts.kvm1.connection";
const asked = (property: string) =>
  `  ${property}: pulumi config set --secret --path ${property} (it asks for the value)`;

describe("a secret in plain text", () => {
  it.each<[string, object, string[]]>([
    ["a password", hosts({ password: planted }), [asked(`${at}.password`)]],
    ["sudo's password", hosts({ sudo: { password: planted } }), [asked(`${at}.sudo.password`)]],
    ["a jump host's", hosts({ proxy: { host: "a", password: planted } }), [asked(`${at}.proxy.password`)]],
    [
      "a key and its passphrase",
      hosts({ privateKey: key, privateKeyPassword: planted }),
      [
        `  ${at}.privateKey: pulumi config set --secret --path ${at}.privateKey <FILE (the key's)`,
        asked(`${at}.privateKeyPassword`),
      ],
    ],
    ["the provider's", { "kvmnet:connection": { password: planted } }, [asked("kvmnet:connection.password")]],
    [
      "a guest's, under names that a shell would take apart",
      { "homelab:vms": { "my web": { nics: { lan: { command: { login: { password: planted } } } } } } },
      [
        `  homelab:vms["my web"].nics.lan.command.login.password: pulumi config set --secret --path 'homelab:vms["my web"].nics.lan.command.login.password' (it asks for the value)`,
      ],
    ],
  ])("is told by its path, with the command that encrypts it: %s", (_, values, lines) => {
    const text = said(values);
    expect(text?.split("\n").slice(1)).toEqual(lines);
    expect(text).not.toContain(planted);
  });

  it("is told beside one that the file encrypts", () => {
    const values = hosts({ password: planted, sudo: { password: planted } });
    const file = hosts({ password: { secure: "v1:abc" }, sudo: { password: planted } });
    expect(said(values, file)?.split("\n").slice(1)).toEqual([asked(`${at}.sudo.password`)]);
  });
});

describe("nothing is said", () => {
  it.each<[string, object, object | undefined]>([
    ["of a login without a secret", hosts({ user: "root", sudo: true }), undefined],
    ["of a key's path, which is refused", hosts({ privateKey: "~/.ssh/id_ed25519" }), undefined],
    ["of a password that is empty", hosts({ password: "" }), undefined],
    ["of what is encrypted", hosts({ password: planted }), hosts({ password: { secure: "v1:abc" } })],
    ["where a file that can't be seen encrypts something", hosts({ password: planted }), {}],
    ["by the file of another stack", hosts({ password: planted }), hosts({ password: "another" })],
  ])("%s", (_, values, file) => {
    expect(said(values, file)).toBeUndefined();
  });
});
