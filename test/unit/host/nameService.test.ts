import { parseNames, parseNameservers } from "../../../provider/host/facts/nameService";

const stub = "nameserver 127.0.0.53\noptions edns0\nsearch lab.test\n";
const asked = "# by systemd-resolved\nnameserver 192.0.2.1\nnameserver 2001:db8::1\nnameserver 192.0.2.1\n";
const both = ["192.0.2.1", "2001:db8::1"];
const files = (own: string, resolved = asked) =>
  new Map([
    ["/etc/resolv.conf", own],
    ["/run/systemd/resolve/resolv.conf", resolved],
  ]);

test.each([
  ["the stub of systemd-resolved's: those that it asks", files(stub), false, both],
  ["a file of the host's own: those that it names", files("nameserver 192.0.2.53\n"), false, ["192.0.2.53"]],
  ["its own, but programs ask systemd-resolved", files("nameserver 192.0.2.53\n"), true, both],
  ["systemd-resolved knows none", files(stub, "# none\n"), true, []],
  ["no systemd-resolved", new Map([["/etc/resolv.conf", "nameserver\t192.0.2.1\n"]]), false, ["192.0.2.1"]],
  ["no file at all", new Map<string, string>(), false, undefined],
])("%s", (_, present, nssResolve, servers) => {
  expect(parseNameservers(present, nssResolve)).toEqual(servers);
});

test("only names are names", () => {
  const lines = [
    "10.0.0.1",
    "-x.example",
    "a b.example",
    "$(reboot).example",
    "deb.example",
    "localhost",
    "time.example",
  ];
  expect(parseNames(lines.join("\n"))).toEqual(["deb.example", "time.example"]);
});
