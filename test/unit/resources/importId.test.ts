import { parseImportId } from "../../../provider/resources/importId";
import { libvirtName, macAddress } from "../../../provider/schema/names";

const nic = {
  resource: "Nic",
  example: "kvm1.example/web/52:54:00:12:34:56",
  parts: { domain: libvirtName, macAddress },
};
const mac = "52:54:00:12:34:56";

describe("An ID to import by", () => {
  it.each([
    ["kvm1.example", { host: "kvm1.example" }],
    ["root@kvm1:2222", { host: "kvm1", user: "root", port: 2222 }],
    ["me@example.org@kvm1", { host: "kvm1", user: "me@example.org" }],
    ["192.0.2.10:22", { host: "192.0.2.10", port: 22 }],
    ["[2001:db8::10]", { host: "2001:db8::10" }],
    ["root@[2001:db8::10]:2222", { host: "2001:db8::10", user: "root", port: 2222 }],
  ])("says by %s how the host is reached", (host, connection) => {
    expect(parseImportId(`${host}/web/${mac}`, nic)).toEqual({ connection, domain: "web", macAddress: mac });
  });

  it("takes a MAC address as people write it", () => {
    expect(parseImportId("kvm1/web/52:54:00:AB:CD:EF", nic).macAddress).toBe("52:54:00:ab:cd:ef");
  });

  it.each([
    ["kvm1/web", 'it has 1 of 2 parts after the host, with a "/" before each'],
    [`kvm1/web/${mac}/more`, "it has 3 of 2 parts after the host"],
    ["", "it has 0 of 2 parts after the host"],
    ["kvm1/web/eth0", 'macAddress must be a MAC address like "52:54:00:12:34:56"'],
    [`kvm1//${mac}`, "domain must be a libvirt name"],
    [`/web/${mac}`, "it has no host"],
    [`@kvm1/web/${mac}`, 'it has no user before the "@"'],
    [`2001:db8::10/web/${mac}`, "an IPv6 address needs brackets around it"],
    [`[2001:db8::10/web/${mac}`, "the brackets around its host don't match"],
    [`kvm1:ssh/web/${mac}`, "its port must be a number from 1 to 65535"],
    [`kvm1:70000/web/${mac}`, "its port must be a number from 1 to 65535"],
    [`kvm1:/web/${mac}`, "its port must be a number from 1 to 65535"],
    [`-oProxyCommand=x/web/${mac}`, "must be an address or a name"],
    [`6500a0edee85b85ce246e92fe0b58c55/web/${mac}`, "this is the ID that a stack keeps"],
  ])("is refused in words where it is %s", (id, why) => {
    expect(() => parseImportId(id, nic)).toThrow(
      `a Nic is imported by [user@]host[:port]/<domain>/<macAddress>, like ${nic.example}; ${JSON.stringify(id)}: `,
    );
    expect(() => parseImportId(id, nic)).toThrow(why);
  });
});
