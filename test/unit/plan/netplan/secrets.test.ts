import fc from "fast-check";
import { parse, stringify } from "yaml";
import { withoutSecrets } from "../../../../provider/plan/netplan/secrets";

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
  expect(shown).toBe(text.replaceAll('"s3cret"', "(hidden)").replaceAll("s3cret", "(hidden)"));
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
