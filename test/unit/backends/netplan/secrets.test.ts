import fc from "fast-check";
import { parse, stringify } from "yaml";
import { header } from "../../../../provider/backends/netplan/bridgeFile";
import { withoutSecrets } from "../../../../provider/backends/netplan/secrets";

test("what a netplan file keeps secret is not shown, and all else is as it stands", () => {
  const text = `network:
  wifis:
    wlan0: # upstairs
      access-points:
        "home": { password: "s3cret", band: 5GHz }
        "work":
          auth: {key-management: eap, identity: me, password: s3cret} # guess
      addresses: [192.0.2.7/24]
  tunnels:
    wg0:
      mode: wireguard
      key: s3cret
      peers: [{keys: {public: abc, shared: s3cret}}]
    gre0:
      keys: {input: s3cret}
  modems:
    m0:
      networkmanager: {passthrough: {802-11-wireless-security.psk: s3cret}}
`;
  const shown = withoutSecrets(text);
  expect(shown).toBe(
    text
      .replaceAll('"s3cret"', "(hidden)")
      .replaceAll("s3cret", "(hidden)")
      .replaceAll(/# (upstairs|guess)/g, "# (hidden)"),
  );
});

test("a comment is not shown, whatever it looks like, and all that is none is", () => {
  const text = `# was s3cret
${header}
network: # s3cret
  ethernets:
    enp1s0:   #s3cret: {
      addresses: ["192.0.2.7/24", '#1', a#b, # s3cret
        "# 2"] # s3cret
      x-text: |  # s3cret
        # a line of it
      x-plain: one
        #s3cret
  # s3cret`;
  const shown = withoutSecrets(text);
  expect(shown).not.toContain("s3cret");
  expect(shown.split("\n")).toHaveLength(text.split("\n").length);
  expect(shown).toContain(`\n${header}\n`);
  expect(parse(shown)).toEqual(parse(text));
});

test("no comment of any file is shown", () => {
  const comment = fc.string({
    unit: fc.constantFrom("a", "#", ":", " ", "'", '"', "{", "-", "|", "\t"),
    maxLength: 10,
  });
  fc.assert(
    fc.property(comment, fc.constantFrom("BLOCK_LITERAL", "QUOTE_SINGLE", "PLAIN"), (said, defaultStringType) => {
      const text = stringify({ a: { b: "x # y", c: ["#", "- #"] } }, { defaultStringType } as object);
      const commented = `# MARK${said}\n${text.replace("a:", `a: # MARK${said}`)}# MARK${said}`;
      expect(withoutSecrets(commented)).not.toContain("MARK");
      expect(parse(withoutSecrets(commented))).toEqual(parse(text));
    }),
  );
});

test.each(["BLOCK_LITERAL", "QUOTE_SINGLE", "PLAIN"])("however it is written: %s", (defaultStringType) => {
  const secret = fc
    .string({ unit: fc.constantFrom("s", "3", " ", "\n", "'", "#", ":"), minLength: 1 })
    .map((text) => `MARK${text}MARK`);
  fc.assert(
    fc.property(secret, (password) => {
      const text = stringify({ wifis: { wlan0: { password, dhcp4: true } }, version: 2 }, {
        defaultStringType,
      } as object);
      expect(withoutSecrets(text)).not.toContain("MARK");
      expect(parse(withoutSecrets(text))).toEqual({
        wifis: { wlan0: { password: "(hidden)", dhcp4: true } },
        version: 2,
      });
    }),
  );
});

test("a text that is no YAML is not shown at all", () => {
  expect(withoutSecrets("password: [s3cret")).not.toContain("s3cret");
});
