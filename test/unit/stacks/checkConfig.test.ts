import { ConfigError, checkConfig } from "../../../stacks/checkConfig";

const kvm1 = { connection: { host: "kvm1.example" }, bridge: {}, networks: { lan: {} } };
const twoBridges = { br0: {}, br20: { uplink: "enp2s0" } };
const web = { host: "kvm1", nics: { lan: { network: "lan" } } };

function problemsOf(config: unknown): readonly string[] {
  try {
    checkConfig(config);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("a config that is right", () => {
  it("gets the defaults of the resources' definitions", () => {
    expect(checkConfig({ hosts: { kvm1 }, vms: { web } })).toMatchObject({
      hosts: { kvm1: { bridge: { name: "br0", addressing: "inherit" }, networks: { lan: { autostart: true } } } },
      vms: { web: { nics: { lan: { linkState: "up", waitForAddress: 60 } } } },
    });
  });

  it("has the order of a rollout: the first host alone, then one at a time, unless it says otherwise", () => {
    expect(checkConfig({ hosts: { kvm1 }, rollout: null }).rollout).toEqual({ waves: 1 });
    expect(problemsOf({ hosts: { kvm1 }, rollout: { canary: "kvm2", waves: 0 } })).toEqual([
      "rollout.waves: must be at least 1",
      'rollout.canary: "kvm2" is not in hosts; did you mean "kvm1"?',
    ]);
  });

  it("may leave options empty, as YAML writes them: `lan:`", () => {
    const { hosts } = checkConfig({ hosts: { kvm1: { ...kvm1, bridge: null, networks: { lan: null } } } });
    expect(hosts.kvm1).toMatchObject({ bridge: { name: "br0" }, networks: { lan: { active: true } } });
  });

  it("has several bridges by name, beside the one of the short form or without it", () => {
    const networks = { lan: { bridge: "br20" } };
    const { hosts } = checkConfig({
      hosts: {
        kvm1: { connection: kvm1.connection, bridges: { br0: null, br20: { uplink: "enp2s0" } }, networks },
        kvm2: { ...kvm1, connection: { host: "kvm2.example" }, bridges: { br1: { uplink: "enp2s0" } } },
        kvm3: { connection: { host: "kvm3.example" }, bridges: { br7: {} }, networks: { lan: {} } },
      },
    });
    expect(hosts.kvm1?.bridges).toMatchObject({ br0: { addressing: "inherit" }, br20: { selfTest: false } });
    expect(hosts.kvm2).toMatchObject({ bridge: { name: "br0" }, bridges: { br1: { uplink: "enp2s0" } } });
  });

  it("leaves a host without `bridge` alone", () => {
    const { hosts } = checkConfig({ hosts: { kvm1: { connection: kvm1.connection } } });
    expect(hosts.kvm1?.bridge).toBeUndefined();
  });
});

describe("a config that is wrong", () => {
  const cases: [claim: string, config: unknown, problems: string[]][] = [
    [
      "nothing at all",
      {},
      [
        "hosts: is missing: the config of this stack says no host yet. This names one, and gives it a bridge:",
        "  pulumi config set --path hosts.kvm1.connection.host kvm1.example",
        "  pulumi config set --path hosts.kvm1.bridge.name br0",
        "stacks/Pulumi.example.yaml has all that there is to say.",
      ],
    ],
    ["VMs without hosts", { vms: {} }, ["hosts: is missing"]],
    ["another type", { hosts: "kvm1" }, ["hosts: must be names, each with what it has, like `lan: {}`"]],
    [
      "other types, deeper",
      {
        hosts: {
          kvm1: { ...kvm1, connection: "kvm1", bridge: { stp: "on", mtu: "big", addressing: { addresses: 1 } } },
        },
      },
      [
        "hosts.kvm1.connection: must be properties, like `name: value`",
        "hosts.kvm1.bridge.addressing.addresses: must be a list, like `[a, b]`",
        "hosts.kvm1.bridge.stp: must be true or false",
        "hosts.kvm1.bridge.mtu: must be a number",
      ],
    ],
    [
      "a host with more in it than its name",
      { hosts: { kvm1: { connection: { host: "root@kvm1" } }, kvm2: { connection: { host: "kvm2:22" } } } },
      [
        "hosts.kvm1.connection.host: must be an address or a name alone: what stands before the @ belongs into `user`",
        "hosts.kvm2.connection.host: must be an address or a name alone: the port belongs into `port`",
      ],
    ],
    [
      "deep in one of two alternatives",
      { hosts: { kvm1: { ...kvm1, bridge: { addressing: { routes: [{ to: "default", via: "192.0.2.300" }] } } } } },
      ['hosts.kvm1.bridge.addressing.routes[0].via: must be an IP address, like "192.0.2.1"'],
    ],
    [
      "neither of two alternatives",
      { hosts: { kvm1: { ...kvm1, bridge: { addressing: "dhcp" } } } },
      ['hosts.kvm1.bridge.addressing: must be "inherit" or properties, like `name: value`'],
    ],
    [
      "an unknown key in one of two alternatives",
      { hosts: { kvm1: { ...kvm1, bridge: { addressing: { dhcp: true } } } } },
      ['hosts.kvm1.bridge.addressing.dhcp: is not known here; did you mean "dhcp4"?'],
    ],
    ...(
      [
        ["a VLAN whose number is a text", { link: "enp1s0", vlan: "20" }, [".vlan: must be a number"]],
        ["a VLAN of nothing", {}, [".link: is missing", ".vlan: is missing"]],
        [
          "a misspelt link",
          { lnk: "enp1s0", vlan: 20 },
          [".link: is missing", '.lnk: is not known here; did you mean "link"?'],
        ],
        ["an uplink that is none of the alternatives", 5, [": must be a text or properties, like `name: value`"]],
      ] as const
    ).map(([what, uplink, reasons]): [string, unknown, string[]] => [
      what,
      { hosts: { kvm1: { ...kvm1, bridge: { uplink } } } },
      reasons.map((reason) => `hosts.kvm1.bridge.uplink${reason}`),
    ]),
    [
      "unknown keys, at every depth",
      { hosts: { kvm1: { ...kvm1, brigde: {}, connection: { host: "a", prot: 22 } } }, vm: {} },
      [
        'hosts.kvm1.connection.prot: is not known here; did you mean "port"?',
        'hosts.kvm1.brigde: is not known here; did you mean "bridge"?',
        'vm: is not known here; did you mean "vms"?',
      ],
    ],
    [
      "an unknown key that is like no other",
      { hosts: { kvm1: { ...kvm1, kernel: 1 } } },
      [
        'hosts.kvm1.kernel: is not known here; there is "connection", "bridge", "bridges", "networks", "taps", "failOn"',
      ],
    ],
    [
      "a key that is no name, a key with a dot",
      {
        hosts: {
          "a/b": { ...kvm1, connection: { host: "kvm2.example" } },
          "kvm1.example": { ...kvm1, bridge: { mtu: 9 } },
        },
      },
      [
        'hosts["a/b"]: must be a libvirt name: no "/" or control characters, no white space but spaces inside, not starting with "-"',
        'hosts["kvm1.example"].bridge.mtu: must be at least 576',
      ],
    ],
    [
      "a VM on a host that is not there",
      { hosts: { kvm1 }, vms: { web: { ...web, host: "kvm2" } } },
      ['vms.web.host: "kvm2" is not in hosts; did you mean "kvm1"?'],
    ],
    [
      "a NIC on a network that the host has not",
      { hosts: { kvm1 }, vms: { web: { ...web, nics: { lan: { network: "dmz" } } } } },
      ['vms.web.nics.lan.network: "dmz" is not in hosts.kvm1.networks; there is "lan"'],
    ],
    [
      "a NIC on nothing, a NIC on both",
      {
        hosts: { kvm1 },
        vms: {
          web: {
            ...web,
            nics: { a: {}, b: { network: "lan", bridge: "br0" }, c: { bridge: "br0", device: "enp1s0" } },
          },
        },
      },
      [
        "vms.web.nics.a.network: is missing: a NIC is on a `network`, a `bridge` or a `device`",
        "vms.web.nics.b.bridge: and `network` are both given: a NIC is on one of them",
        "vms.web.nics.c.device: and `bridge` are both given: a NIC is on one of them",
      ],
    ],
    [
      "a network and a TAP without a bridge",
      { hosts: { kvm1: { connection: kvm1.connection, networks: { lan: {} }, taps: { tap0: null } } } },
      [
        "hosts.kvm1.networks.lan.bridge: is missing, and hosts.kvm1 has no `bridge` to use instead",
        "hosts.kvm1.taps.tap0.bridge: is missing, and hosts.kvm1 has no `bridge` to use instead",
      ],
    ],
    [
      "a network and a TAP without a bridge, of several",
      {
        hosts: {
          kvm1: { connection: kvm1.connection, bridges: twoBridges, networks: { lan: {} }, taps: { tap0: null } },
        },
      },
      [
        'hosts.kvm1.networks.lan.bridge: is missing, and hosts.kvm1 has several bridges: write one of "br0", "br20"',
        'hosts.kvm1.taps.tap0.bridge: is missing, and hosts.kvm1 has several bridges: write one of "br0", "br20"',
      ],
    ],
    [
      "two bridges of one name, two on the NIC with the default route",
      { hosts: { kvm1: { ...kvm1, bridges: { br0: { uplink: "enp2s0" }, br1: {} } } } },
      [
        "hosts.kvm1.bridges.br0: is the name of hosts.kvm1.bridge too: two bridges need two names",
        "hosts.kvm1.bridges.br1.uplink: is missing: br0 is on the NIC with the default route already; write the NIC for br1",
      ],
    ],
    [
      "a bridge whose name no interface can have, and one that says its name twice",
      {
        hosts: {
          kvm1: { connection: kvm1.connection, bridges: { "a b": {}, br1: { name: "br1", uplink: "enp2s0" } } },
        },
      },
      [
        expect.stringMatching(/^hosts\.kvm1\.bridges\["a b"\]: must be an interface name/),
        expect.stringMatching(/^hosts\.kvm1\.bridges\.br1\.name: is not known here; there is "uplink", /),
      ],
    ],
    [
      "one machine under two keys",
      {
        hosts: {
          kvm1: { connection: kvm1.connection, bridge: {} },
          storage: { connection: { host: "KVM1.example", port: 22 }, bridge: { name: "br1", uplink: "enp2s0" } },
          behind: { connection: { ...kvm1.connection, proxy: { host: "gate.example" } } },
          forwarded: { connection: { ...kvm1.connection, port: 2222 } },
        },
      },
      [
        "hosts.storage.connection.host: is that of hosts.kvm1 too: write what is on one machine under one key, several bridges under hosts.kvm1.bridges",
      ],
    ],
    [
      "a wrong reference is named beside a wrong value",
      { hosts: { kvm1: { ...kvm1, connection: {} } }, vms: { web: { ...web, host: "kvm9" } } },
      ["hosts.kvm1.connection.host: is missing", 'vms.web.host: "kvm9" is not in hosts; did you mean "kvm1"?'],
    ],
  ];
  it.each(cases)("%s", (_claim, config, problems) => {
    expect(problemsOf(config)).toEqual(problems);
  });

  it.each([
    ["digits", 10, "domain: must be a text: write it in quotes"],
    ["YAML's own words", true, "domain: must be a text: write it in quotes"],
    ["a list", ["web"], "domain: must be a text"],
  ])("says to put %s in quotes where a text is due", (_, domain, said) => {
    const [problem] = problemsOf({ hosts: { kvm1 }, vms: { web: { ...web, domain } } });
    expect(problem).toBe(`vms.web.${said}`);
  });

  it("never shows a value that may be a secret", () => {
    const connection = { host: "a", password: ["hunter2"], privateKey: { hunter2: 1 }, privateKeyPassword: 12345 };
    const text = problemsOf({ hosts: { kvm1: { ...kvm1, connection } } }).join("\n");
    expect(text).toMatch(/password: must be a text/);
    expect(text).not.toMatch(/hunter2|12345/);
  });
});
