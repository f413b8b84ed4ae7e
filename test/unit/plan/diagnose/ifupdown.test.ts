import { withInterfaces } from "../../../../provider/backends/ifupdown/owner";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { addressOf, factsWith, link } from "../../support/facts";

const file = "/etc/network/interfaces";
const bridged = "auto br0\niface enp1s0 inet manual\niface br0 inet static\n\taddress 192.0.2.10/24\n";
const links = [
  link("enp1s0", { master: "br0" }),
  link("br0", { kind: "bridge", addresses: [addressOf("192.0.2.10/24")] }),
];
const client = { program: "dhclient", link: "enp1s0", files: undefined, family: "inet" } as const;
const found = (text: string, parts: object = {}) => {
  const facts = factsWith({ links, sshAddress: "192.0.2.10", ifstate: new Map([["br0", "br0"]]), ...parts });
  return diagnose(withInterfaces(facts, new Map([[file, text]]))).filter(({ check }) =>
    ["next-boot", "address-on-port"].includes(check),
  );
};

test("what ifupdown's files have is found to be well", () => {
  expect(found(bridged)).toEqual([]);
  expect(found(bridged.replace("auto br0", "allow-hotplug br0"))).toEqual([]);
});

describe("what the next boot takes away is told by its file", () => {
  test.each([
    ["no stanza", bridged.replaceAll("br0", "br9"), /ifupdown has br0 up \(\/run\/network\/ifstate\), and no stanza/],
    ["no auto line", bridged.replace("auto br0\n", ""), /^no auto or allow-hotplug line names br0$/],
    [
      "another address",
      bridged.replace(".10/", ".11/"),
      /^br0 has 192\.0\.2\.10\/24, .*interfaces does not give it that$/,
    ],
  ])("%s", (_, text, evidence) => {
    const [one, ...others] = found(text);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ check: "next-boot", severity: "warning", evidence: expect.stringMatching(evidence) });
    expect(one?.cause).toMatch(/^The files in \/etc\/network\/interfaces.*`systemctl restart networking`/);
  });

  test("and not of a link that ifupdown does not have", () => {
    expect(found("", { ifstate: new Map() })).toEqual([]);
  });
});

test("a DHCP client that was left behind on a port is told, with how to end it", () => {
  const [one, ...others] = found(bridged, { dhcpClients: [client] });
  expect(others).toEqual([]);
  expect(one).toMatchObject({ check: "address-on-port", severity: "error", subject: "port enp1s0" });
  expect(one?.fix).toMatch(/^End that dhclient with kill -KILL/);
  expect(found(bridged, { dhcpClients: [{ ...client, link: "br0" }] })).toEqual([]);
});
