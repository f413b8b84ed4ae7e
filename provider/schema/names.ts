import ipaddr from "ipaddr.js";
import { z } from "zod";

/** Terms that several resources have in common, with the words to say when a value is not one. */

/** Names that mean something else, and to whom. */
const taken: Readonly<Record<string, string>> = {
  all: "sysctl has it for all interfaces",
  default: "sysctl has it for interfaces to come",
  lo: "it is the loopback interface",
  bonding_masters: "it is a file beside the interfaces in /sys/class/net",
  renderer: "it is a setting of netplan's",
};

/** dev_valid_name() of the kernel: at most 15 bytes, no "/", ":" or white space; kvmnet asks for plain ASCII besides. */
export const interfaceName = named(/^[A-Za-z0-9._-]{1,15}$/, 15);

/** One that an interface may be called by, besides its own name (ip-link(8), altname). */
export const anyInterfaceName = named(/^[A-Za-z0-9._-]{1,127}$/, 127);

export const macAddress = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, 'must be a MAC address like "52:54:00:12:34:56"')
      .refine(
        (mac) => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0,
        "must be a unicast address: its first byte is even",
      ),
  );

/** inet_aton(3) takes "192.0.2" for 192.0.0.2, and ipaddr.js with it; nobody who writes it means that. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

/** "192.0.2.10/24", "2001:db8::10/64". */
export const cidr = z
  .string()
  .refine(
    (text) => ipaddr.isValidCIDR(text) && isAddress(text.slice(0, text.lastIndexOf("/"))),
    'must be an address with its prefix length, like "192.0.2.10/24"',
  );

export const cidr4 = cidr.refine((text) => !text.includes(":"), "must be an IPv4 address");

export const ipAddress = z.string().refine(isAddress, 'must be an IP address, like "192.0.2.1"');

export const ipv4Address = z
  .string()
  .refine((text) => ipaddr.IPv4.isValidFourPartDecimal(text), 'must be an IPv4 address, like "192.0.2.77"');

/** libvirt takes nearly anything as a name, "Windows 10" too; what would not survive a URI or a file name is refused. */
export const libvirtName = z
  .string()
  .regex(
    /^(?![- ])(?:[^\s/\p{C}]| ){1,200}(?<! )$/u,
    'must be a libvirt name: no "/" or control characters, no white space but spaces inside, not starting with "-"',
  );

/** A host's name as DNS and /etc/hosts take it (RFC 1123), a single label too. */
const hostNamePattern =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

export const hostName = z.string().regex(hostNamePattern, 'must be a name like "nas.example"');

/** "nas.example:445", "192.0.2.1:22", "[2001:db8::1]:22". */
export const endpoint = z.string().refine((text) => {
  const [, address, name, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const number = Number(port);
  return number >= 1 && number <= 65535 && (address ? ipaddr.IPv6.isValid(address) : hostNamePattern.test(name ?? ""));
}, 'must be a name or address with a port, like "nas.example:445"');

function named(form: RegExp, longest: number) {
  return (
    z
      .string()
      .regex(form, `must be an interface name: 1 to ${longest} of A-Z a-z 0-9 . _ -`)
      .regex(/^[^.-]/, 'must be an interface name that starts with a letter, a digit or _, like "br0"')
      // As systemd has it: programs take a number for an index.
      .regex(/\D/, 'must be an interface name with a letter in it, like "br0": a number alone is taken for an index')
      .refine((name) => !Object.hasOwn(taken, name), {
        error: ({ input }) => `can't be ${String(input)}: ${taken[String(input)]}; write another name, like "br0"`,
      })
  );
}
