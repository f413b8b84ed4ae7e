import { parseArguments, parseTarget } from "../../../cli/arguments";

describe("the host of a command", () => {
  it.each([
    ["kvm1", { host: "kvm1" }],
    ["root@kvm1.example", { host: "kvm1.example", user: "root" }],
    ["me@192.0.2.10:2222", { host: "192.0.2.10", user: "me", port: 2222 }],
    ["abc:22", { host: "abc", port: 22 }],
    ["2001:db8::10", { host: "2001:db8::10" }],
    ["me@fe80::1%lan0", { host: "fe80::1%lan0", user: "me" }],
    ["[2001:db8::10]:22", { host: "2001:db8::10", port: 22 }],
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
  ])("%j is an error", (target) => {
    expect(() => parseTarget(target)).toThrow(/is not a host: must be like/);
  });
});

describe("the arguments", () => {
  it("may stand in any order", () => {
    const off = { svg: false, fix: false, yes: false, selfTest: false };
    const address = { selfTestAddress: "dhcp", selfTestName: undefined };
    const expected = {
      command: "doctor",
      connection: { host: "kvm1", sudo: true },
      json: true,
      listen: 3,
      ...off,
      ...address,
    };
    expect(parseArguments(["doctor", "--json", "--sudo", "kvm1"])).toEqual(expected);
    expect(parseArguments(["--sudo", "doctor", "kvm1", "--json"])).toEqual(expected);
  });

  it.each([
    [[], /which command/],
    [["dcotor", "kvm1"], /dcotor is not a command/],
    [["doctor"], /doctor takes one host/],
    [["doctor", "kvm1", "kvm2"], /doctor takes one host/],
    [["doctor", "--jsno", "kvm1"], /--jsno/],
    [["doctor", "--self-test-name", "a_b", "kvm1"], /--self-test-name a_b: must be a name like nas.example/],
    [["doctor", "--self-test-address", "2001:db8::6/64", "kvm1"], /2001:db8::6\/64: must be an IPv4 address/],
    [["doctor", "--listen", "1s", "kvm1"], /--listen 1s: must be a number of seconds/],
  ])("%j are an error that says why", (args, words) => {
    expect(() => parseArguments(args)).toThrow(words);
  });
});
