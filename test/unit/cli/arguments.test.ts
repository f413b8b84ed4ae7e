import { parseArguments } from "../../../cli/arguments";
import { parseTarget } from "../../../cli/target";

describe("the host of a command", () => {
  it.each([
    ["kvm1", { host: "kvm1" }],
    ["root@kvm1.example", { host: "kvm1.example", user: "root" }],
    ["me@192.0.2.10:2222", { host: "192.0.2.10", user: "me", port: 2222 }],
    ["abc:22", { host: "abc", port: 22 }],
    ["2001:db8::10", { host: "2001:db8::10" }],
    ["me@fe80::1%lan0", { host: "fe80::1%lan0", user: "me" }],
    ["[2001:db8::10]:22", { host: "2001:db8::10", port: 22 }],
    ["ssh://kvm1", { host: "kvm1" }],
    ["SSH://root@kvm1", { host: "kvm1", user: "root" }],
    ["ssh://root@kvm1:2222/", { host: "kvm1", user: "root", port: 2222 }],
    ["ssh://me@[2001:db8::10]:22", { host: "2001:db8::10", user: "me", port: 22 }],
  ])("%s is taken as ssh does", (target, connection) => {
    expect(parseTarget(target)).toEqual(connection);
  });

  it.each([
    "",
    "@kvm1",
    "-oProxyCommand=x",
    "-x@kvm1",
    "kvm1:0",
    "kvm1:70000",
    "kvm1:ssh",
    "a b",
    "[kvm1",
    "2001:db8::10]:22",
    "ssh://",
    "ssh://kvm1/path",
    "https://kvm1",
  ])("%j is an error", (target) => {
    expect(() => parseTarget(target)).toThrow(/is not a host; write/);
  });
});

describe("the arguments", () => {
  const asked = {
    ...{ command: "doctor", json: true, listen: 3, svg: false, fix: false, yes: false, selfTest: false },
    ...{ selfTestAddress: "dhcp", selfTestName: undefined },
  };
  const given = { file: undefined, settings: [] };

  it("may stand in any order", () => {
    const expected = { ...asked, given, connection: { host: "kvm1", sudo: true } };
    expect(parseArguments(["doctor", "--json", "--sudo", "kvm1"])).toEqual(expected);
    expect(parseArguments(["--sudo", "doctor", "kvm1", "--json"])).toEqual(expected);
  });

  it.each([
    ["-p", "2222", "-l", "me", "kvm1"],
    ["-p2222", "-lme", "kvm1"],
    ["--port=2222", "me@kvm1"],
    ["-p", "2222", "me@kvm1:2222"],
  ])("%s %s %s %s are a user and a port", (...args) => {
    const connection = { host: "kvm1", user: "me", port: 2222 };
    expect(parseArguments(["doctor", "--json", ...args])).toEqual({ ...asked, given, connection });
  });

  it("of ssh are what its config would say", () => {
    const typed = [
      ...["-i", "package.json", "-J", "me@a,b:23", "-F", "none"],
      ...["-o", "identitiesonly yes", "-oUserKnownHostsFile=/a /b", "-o", "ProxyCommand=none"],
    ];
    expect(parseArguments(["doctor", "--json", ...typed, "kvm1"])).toMatchObject({
      given: {
        file: "none",
        settings: [
          { name: "IdentityFile", values: ["package.json"] },
          { name: "ProxyJump", values: ["me@a,b:23"] },
          { name: "ProxyCommand", values: ["none"] },
          { name: "IdentitiesOnly", values: ["yes"] },
          { name: "UserKnownHostsFile", values: ["/a", "/b"] },
          { name: "ProxyCommand", values: ["none"] },
        ],
      },
    });
  });
});
