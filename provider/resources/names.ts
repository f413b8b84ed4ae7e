import ipaddr from "ipaddr.js";
import { z } from "zod";

/** Terms that several resources have in common, with the words to say when a value is not one. */

/** dev_valid_name() of the kernel: at most 15 bytes, no "/", ":" or white space; kvmnet asks for plain ASCII besides. */
export const interfaceName = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,15}$/, "must be an interface name: 1 to 15 of A-Z a-z 0-9 . _ -");

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

/** libvirt takes nearly anything as a name; what would not survive a shell prompt, a URI or a file name is refused. */
export const libvirtName = z
  .string()
  .regex(
    /^(?!-)[^\s/\p{C}]{1,200}$/u,
    'must be a libvirt name: no "/", white space or control characters, not starting with "-"',
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
