import { ConfigError, checkConfig } from "../../../stacks/checkConfig";

const kvm1 = { connection: { host: "kvm1.example" }, bridge: {}, networks: { lan: {} } };
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
      vms: { web: { nics: { lan: { model: "virtio", waitForAddress: 60 } } } },
    });
  });

  it("may leave options empty, as YAML writes them: `lan:`", () => {
    const { hosts } = checkConfig({ hosts: { kvm1: { ...kvm1, bridge: null, networks: { lan: null } } } });
    expect(hosts.kvm1).toMatchObject({ bridge: { name: "br0" }, networks: { lan: { active: true } } });
  });

  it("leaves a host without `bridge` alone", () => {
    const { hosts } = checkConfig({ hosts: { kvm1: { connection: kvm1.connection } } });
    expect(hosts.kvm1?.bridge).toBeUndefined();
  });
});

describe("a config that is wrong", () => {
  const cases: [claim: string, config: unknown, problems: string[]][] = [
    ["nothing at all", {}, ["hosts: is missing"]],
    ["another type", { hosts: "kvm1" }, ["hosts: must be an object"]],
    [
      "deep in one of two alternatives",
      { hosts: { kvm1: { ...kvm1, bridge: { addressing: { routes: [{ to: "default", via: "192.0.2.300" }] } } } } },
      ['hosts.kvm1.bridge.addressing.routes[0].via: must be an IP address, like "192.0.2.1"'],
    ],
    [
      "neither of two alternatives",
      { hosts: { kvm1: { ...kvm1, bridge: { addressing: "dhcp" } } } },
      ['hosts.kvm1.bridge.addressing: must be "inherit" or an object'],
    ],
    [
      "an unknown key in one of two alternatives",
      { hosts: { kvm1: { ...kvm1, bridge: { addressing: { dhcp: true } } } } },
      ['hosts.kvm1.bridge.addressing.dhcp: is not known here; did you mean "dhcp4"?'],
    ],
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
      ['hosts.kvm1.kernel: is not known here; there is "connection", "bridge", "networks", "taps", "failOn"'],
    ],
    [
      "a key that is no name, a key with a dot",
      { hosts: { "a b": kvm1, "kvm1.example": { ...kvm1, bridge: { mtu: 9 } } } },
      [
        'hosts["a b"]: must be a libvirt name: no "/", white space or control characters, not starting with "-"',
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
      { hosts: { kvm1 }, vms: { web: { ...web, nics: { a: {}, b: { network: "lan", bridge: "br0" } } } } },
      [
        "vms.web.nics.a.network: is missing: a NIC is on a `network` or on a `bridge`",
        "vms.web.nics.b.bridge: and `network` are both given: a NIC is on one of them",
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
      "a wrong reference is named beside a wrong value",
      { hosts: { kvm1: { ...kvm1, connection: {} } }, vms: { web: { ...web, host: "kvm9" } } },
      ["hosts.kvm1.connection.host: is missing", 'vms.web.host: "kvm9" is not in hosts; did you mean "kvm1"?'],
    ],
  ];
  it.each(cases)("%s", (_claim, config, problems) => {
    expect(problemsOf(config)).toEqual(problems);
  });

  it("never shows a value that may be a secret", () => {
    const connection = { host: "a", password: ["hunter2"], privateKey: { hunter2: 1 }, privateKeyPassword: 12345 };
    const text = problemsOf({ hosts: { kvm1: { ...kvm1, connection } } }).join("\n");
    expect(text).toMatch(/password: must be a string/);
    expect(text).not.toMatch(/hunter2|12345/);
  });
});
