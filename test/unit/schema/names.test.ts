import type { z } from "zod";
import { cidr, interfaceName, ipAddress, libvirtName, macAddress } from "../../../provider/schema/names";
import { validate } from "../../../provider/server/validate";

const accepted: [string, z.ZodType, string[]][] = [
  ["an address", ipAddress, ["192.0.2.1", "2001:db8::1", "fe80::1"]],
  ["an address with prefix length", cidr, ["192.0.2.10/24", "0.0.0.0/0", "2001:db8::10/64"]],
  ["a MAC address", macAddress, ["52:54:00:12:34:56", "52:54:00:AB:CD:EF"]],
  ["an interface's name", interfaceName, ["br0", "enp1s0", "lan.10", "a-b_c", "a23456789012345", "_1", "all0"]],
  ["a libvirt name", libvirtName, ["web", "web-1.example", "büro", "a:b", "Windows 10"]],
];

const refused: [string, z.ZodType, string[]][] = [
  [
    "an address",
    ipAddress,
    ["192.0.2", "1", "192.0.2.256", "192.0.2.01x", "0x7f.1", "", "192.0.2.1/24", "2001:db8::g"],
  ],
  ["an address with prefix length", cidr, ["192.0.2.10", "192.0.2/24", "192.0.2.10/33", "2001:db8::/129", "/24"]],
  ["a MAC address", macAddress, ["53:54:00:12:34:56", "525400123456", "52:54:00:12:34", "52:54:00:12:34:5g", ""]],
  [
    "an interface's name",
    interfaceName,
    ["", ".", "..", "a/b", "a b", "1234567890123456", "br0\n", "br0;reboot", "brü", ".br0", "-br0", "123", "0"],
  ],
  ["a free interface's name", interfaceName, ["all", "default", "lo", "bonding_masters", "renderer"]],
  [
    "a libvirt name",
    libvirtName,
    ["", "-web", "a/b", " a", "a ", " ", "a\tb", "a\nb", "a\0b", "a\u001b[31m", "a\u202eb"],
  ],
];

test.each(accepted)("%s", (_what, type, values) => {
  for (const value of values) expect({ value, ...type.safeParse(value) }).toMatchObject({ value, success: true });
});

test.each(refused)("not %s", (_what, type, values) => {
  for (const value of values) expect({ value, ...type.safeParse(value) }).toMatchObject({ value, success: false });
});

test.each([
  [".br0", "starts with a letter"],
  ["123", "a number alone is taken for an index"],
  ["all", "can't be all: sysctl has it for all interfaces; write another name"],
  ["renderer", "can't be renderer: it is a setting of netplan's"],
])("an interface's name that is none says what to write: %s", (name, words) => {
  const { wrong } = validate(interfaceName, name, ["name"]);
  expect(wrong).toEqual([{ path: ["name"], reason: expect.stringContaining(words) }]);
});
