import type { z } from "zod";
import { cidr, interfaceName, ipAddress, libvirtName, macAddress } from "../../../provider/resources/names";

const accepted: [string, z.ZodType, string[]][] = [
  ["an address", ipAddress, ["192.0.2.1", "2001:db8::1", "fe80::1"]],
  ["an address with prefix length", cidr, ["192.0.2.10/24", "0.0.0.0/0", "2001:db8::10/64"]],
  ["a MAC address", macAddress, ["52:54:00:12:34:56", "52:54:00:AB:CD:EF"]],
  ["an interface's name", interfaceName, ["br0", "enp1s0", "lan.10", "a-b_c", "123456789012345"]],
  ["a libvirt name", libvirtName, ["web", "web-1.example", "büro", "a:b"]],
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
    ["", ".", "..", "a/b", "a b", "1234567890123456", "br0\n", "br0;reboot", "brü"],
  ],
  ["a libvirt name", libvirtName, ["", "-web", "a/b", "a b", "a\nb", "a\0b", "a\u001b[31m", "a\u202eb"]],
];

test.each(accepted)("%s", (_what, type, values) => {
  for (const value of values) expect({ value, ...type.safeParse(value) }).toMatchObject({ value, success: true });
});

test.each(refused)("not %s", (_what, type, values) => {
  for (const value of values) expect({ value, ...type.safeParse(value) }).toMatchObject({ value, success: false });
});
