// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import type * as pulumi from "../sdk";

/** The bridge's own addressing, in netplan's terms (see netplan-yaml(5)). */
export interface Addressing {
  /** Ask for an IPv4 address by DHCP. */
  readonly dhcp4: boolean;
  /** Ask for an IPv6 address by DHCPv6. */
  readonly dhcp6: boolean;
  /** Take IPv6 router advertisements. Default: networkd's. */
  readonly acceptRa?: boolean;
  /** Static addresses with prefix length, "192.0.2.10/24". */
  readonly addresses: string[];
  /** Static routes; []: none. Left out: those that there are stay, what a lease gave that ends too. */
  readonly routes?: Route[];
  /** DNS servers; []: none. Left out: those that there are stay, what a lease gave that ends too. */
  readonly nameservers?: string[];
}

/** The bridge's own addressing, in netplan's terms (see netplan-yaml(5)). */
export interface AddressingArgs {
  /** Ask for an IPv4 address by DHCP. Default: false. */
  readonly dhcp4?: pulumi.Input<boolean>;
  /** Ask for an IPv6 address by DHCPv6. Default: false. */
  readonly dhcp6?: pulumi.Input<boolean>;
  /** Take IPv6 router advertisements. Default: networkd's. */
  readonly acceptRa?: pulumi.Input<boolean>;
  /** Static addresses with prefix length, "192.0.2.10/24". Default: []. */
  readonly addresses?: pulumi.Input<pulumi.Input<string>[]>;
  /** Static routes; []: none. Left out: those that there are stay, what a lease gave that ends too. */
  readonly routes?: pulumi.Input<pulumi.Input<RouteArgs>[]>;
  /** DNS servers; []: none. Left out: those that there are stay, what a lease gave that ends too. */
  readonly nameservers?: pulumi.Input<pulumi.Input<string>[]>;
}

/** How a bridge is tried as a VM would use it. */
export interface BridgeTrialArgs {
  /** "dhcp": a lease is taken, and given back. Or an address with its prefix length, which must be free: "192.0.2.60/24"; the gateway and the name server are then the host's. Default: "dhcp". */
  readonly address?: pulumi.Input<string>;
  /** A name that must have an IPv4 address. Default: any answer of the name server will do. */
  readonly resolves?: pulumi.Input<string>;
}

/** How a change of the host's network is confirmed. */
export interface Confirm {
  /** Seconds after which the host undoes a change that was not confirmed over a new connection. */
  readonly timeout: number;
  /** Tried from the host before the change; those that hold then must hold after it, or it is undone. The gateway and DNS are tried in any case. */
  readonly probes?: Probe[];
  /** Whether the host restarts where it could not go back from a change in any other way; its files are as they were then. Default: false. */
  readonly rebootAsLastResort?: boolean;
}

/** How a change of the host's network is confirmed. */
export interface ConfirmArgs {
  /** Seconds after which the host undoes a change that was not confirmed over a new connection. Default: 60. */
  readonly timeout?: pulumi.Input<number>;
  /** Tried from the host before the change; those that hold then must hold after it, or it is undone. The gateway and DNS are tried in any case. */
  readonly probes?: pulumi.Input<pulumi.Input<ProbeArgs>[]>;
  /** Whether the host restarts where it could not go back from a change in any other way; its files are as they were then. Default: false. */
  readonly rebootAsLastResort?: pulumi.Input<boolean>;
}

/** How a host is reached over SSH. Each field that a resource leaves out is the one of the provider's own `connection`, then of ~/.ssh/config. */
export interface Connection {
  /** The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config. */
  readonly host?: string;
  /** The port of its SSH server. Default: that in ~/.ssh/config, then 22. */
  readonly port?: number;
  /** The user to log in as. Default: that in ~/.ssh/config, then the user that runs Pulumi. */
  readonly user?: string;
  /** The password of the user. */
  readonly password?: string;
  /** The text of an SSH private key. Default: the SSH agent, then the files that ssh would take. */
  readonly privateKey?: string;
  /** The password of an encrypted private key. */
  readonly privateKeyPassword?: string;
  /** The socket of the SSH agent. Default: SSH_AUTH_SOCK. */
  readonly agentSocketPath?: string;
  /** The host's public key, as in known_hosts (`ssh-ed25519 AAAA…`). Default: known_hosts. */
  readonly hostKey?: string;
  /** How many dials may fail before it is an error; -1: no limit. Default: 10. */
  readonly dialErrorLimit?: number;
  /** Seconds that one dial may take; 0: no limit. Default: 15. */
  readonly perDialTimeout?: number;
  /** What an unknown host key means: "yes" (the default) an error, "accept-new" it is taken and kept from then on, "no" any key is taken. A key that is not the stack's record of the host, not `hostKey`, or revoked, is an error whatever it says. See ssh_config(5). */
  readonly strictHostKeyChecking?: string;
  /** A jump host on the way, like ssh's ProxyJump. Its host key is checked as well. Default: ProxyJump in ~/.ssh/config. */
  readonly proxy?: Proxy;
  /** How a user other than root becomes root: true, by sudo without a password; { password }, by sudo with one. Default: not at all. */
  readonly sudo?: boolean | Sudo;
}

/** How a host is reached over SSH. Each field that a resource leaves out is the one of the provider's own `connection`, then of ~/.ssh/config. */
export interface ConnectionArgs {
  /** The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config. */
  readonly host?: pulumi.Input<string>;
  /** The port of its SSH server. Default: that in ~/.ssh/config, then 22. */
  readonly port?: pulumi.Input<number>;
  /** The user to log in as. Default: that in ~/.ssh/config, then the user that runs Pulumi. */
  readonly user?: pulumi.Input<string>;
  /** The password of the user. */
  readonly password?: pulumi.Input<string>;
  /** The text of an SSH private key. Default: the SSH agent, then the files that ssh would take. */
  readonly privateKey?: pulumi.Input<string>;
  /** The password of an encrypted private key. */
  readonly privateKeyPassword?: pulumi.Input<string>;
  /** The socket of the SSH agent. Default: SSH_AUTH_SOCK. */
  readonly agentSocketPath?: pulumi.Input<string>;
  /** The host's public key, as in known_hosts (`ssh-ed25519 AAAA…`). Default: known_hosts. */
  readonly hostKey?: pulumi.Input<string>;
  /** How many dials may fail before it is an error; -1: no limit. Default: 10. */
  readonly dialErrorLimit?: pulumi.Input<number>;
  /** Seconds that one dial may take; 0: no limit. Default: 15. */
  readonly perDialTimeout?: pulumi.Input<number>;
  /** What an unknown host key means: "yes" (the default) an error, "accept-new" it is taken and kept from then on, "no" any key is taken. A key that is not the stack's record of the host, not `hostKey`, or revoked, is an error whatever it says. See ssh_config(5). */
  readonly strictHostKeyChecking?: pulumi.Input<string>;
  /** A jump host on the way, like ssh's ProxyJump. Its host key is checked as well. Default: ProxyJump in ~/.ssh/config. */
  readonly proxy?: pulumi.Input<ProxyArgs>;
  /** How a user other than root becomes root: true, by sudo without a password; { password }, by sudo with one. Default: not at all. */
  readonly sudo?: pulumi.Input<boolean | SudoArgs>;
}

/** One thing that is wrong on a host, or will be. */
export interface Finding {
  /** What was looked for. The name is stable. One of "port-without-carrier", "port-disabled", "address-on-port", "bridge-without-address", "address-moved", "same-address", "port-held-back", "bridge-mac", "mtu", "foreign-mac", "bridge-gone", "no-default-route", "no-name-server", "forward-drops", "hook-drops", "packet-path", "bridge-nf-call", "next-boot", "nic-renamed", "cloud-init", "netplan-try", "libvirt-silent", "network-bridge", "network-inactive", "network-autostart", "tap-not-in-bridge", "vm-link-down", "vm-silent", "live-unlike-persistent", "same-mac", "macvtap", "vm-bridge-missing", "vlan-without-filtering", "tap-not-in-vlan", "vlan-not-on-uplink", "no-dhcp-answer", "self-test", "unconfirmed-change", "incomplete-way-back", "unplugged-nic", "unread". */
  readonly check: "port-without-carrier" | "port-disabled" | "address-on-port" | "bridge-without-address" | "address-moved" | "same-address" | "port-held-back" | "bridge-mac" | "mtu" | "foreign-mac" | "bridge-gone" | "no-default-route" | "no-name-server" | "forward-drops" | "hook-drops" | "packet-path" | "bridge-nf-call" | "next-boot" | "nic-renamed" | "cloud-init" | "netplan-try" | "libvirt-silent" | "network-bridge" | "network-inactive" | "network-autostart" | "tap-not-in-bridge" | "vm-link-down" | "vm-silent" | "live-unlike-persistent" | "same-mac" | "macvtap" | "vm-bridge-missing" | "vlan-without-filtering" | "tap-not-in-vlan" | "vlan-not-on-uplink" | "no-dhcp-answer" | "self-test" | "unconfirmed-change" | "incomplete-way-back" | "unplugged-nic" | "unread";
  /** How bad it is. "error": something does not work now; "warning": it will not, or works by luck. */
  readonly severity: "error" | "warning";
  /** What it is about: "VM web", "bridge br0", "port enp1s0", "host". */
  readonly subject: string;
  /** What was seen, near to how the host printed it. */
  readonly evidence: string;
  /** Why that is wrong. */
  readonly cause: string;
  /** What to do. */
  readonly fix: string;
  /** Whether kvmnet itself mends it: as a resource of a program, or by `kvmnet doctor --fix`. */
  readonly fixable: boolean;
  /** Where more about it stands in kvmnet's documentation. */
  readonly readOn: string;
}

/** A bridge of a host. */
export interface FoundBridge {
  /** Its name. */
  readonly name: string;
  /** Its MAC address. */
  readonly macAddress: string;
  /** The interfaces in it, sorted: NICs, and the TAPs of VMs. */
  readonly ports: string[];
  /** The host's own addresses with their prefix lengths, like "192.0.2.10/24": IPv4 first, none of link-local scope. */
  readonly addresses: string[];
  /** Whether it tells VLANs apart (IEEE 802.1Q). */
  readonly vlanFiltering: boolean;
  /** Whether kvmnet made it, or took it over. */
  readonly managed: boolean;
}

/** A VM of a host. */
export interface FoundDomain {
  /** Its libvirt name. */
  readonly name: string;
  /** Its UUID. */
  readonly uuid: string;
  /** Whether it runs. */
  readonly running: boolean;
  /** Its NICs, in the order of its definition. */
  readonly nics: FoundNic[];
}

/** A network interface of a host. */
export interface FoundInterface {
  /** Its name, like "enp1s0". */
  readonly name: string;
  /** What the kernel calls it: "bridge", "bond", "vlan", "tun", "veth"…; none for a NIC of hardware. */
  readonly kind?: string;
  /** Its MAC address. */
  readonly macAddress: string;
  /** Its MTU in bytes. */
  readonly mtu: number;
  /** Whether it is switched on. */
  readonly up: boolean;
  /** Whether a cable, or what stands for one, is plugged in. */
  readonly carrier: boolean;
  /** The bridge or bond that it is a port of. */
  readonly master?: string;
  /** Of a VLAN or macvtap, the interface that it is on. */
  readonly parent?: string;
  /** Of a VLAN, its number (IEEE 802.1Q). */
  readonly vlan?: number;
  /** Of a port of a bridge that tells VLANs apart, those that it takes and sends with a tag, like "20" or "100-199". */
  readonly vlans?: string[];
  /** Of such a port, the VLAN of its frames without a tag. */
  readonly untaggedVlan?: number;
  /** Its addresses with their prefix lengths, like "192.0.2.10/24": IPv4 first, none of link-local scope. */
  readonly addresses: string[];
}

/** A libvirt network of a host. */
export interface FoundNetwork {
  /** Its name. */
  readonly name: string;
  /** Its UUID. */
  readonly uuid: string;
  /** Whether it runs. */
  readonly active: boolean;
  /** Whether it starts with the host. */
  readonly autostart: boolean;
  /** Its forward mode: "bridge", "nat", "route"…; none for an isolated one. */
  readonly forward?: string;
  /** The bridge that its NICs join. */
  readonly bridge?: string;
}

/** A NIC of a VM. `getNic` says more of it. */
export interface FoundNic {
  /** Its MAC address. */
  readonly macAddress: string;
  /** The libvirt network that it is on. */
  readonly network?: string;
  /** The bridge that it is on, where it is on no network. */
  readonly bridge?: string;
  /** The host's NIC that it is directly on, by a macvtap. */
  readonly device?: string;
  /** The macvtap's mode. One of "bridge", "vepa", "private", "passthrough". */
  readonly mode?: "bridge" | "vepa" | "private" | "passthrough";
  /** The VLANs that libvirt has it in. */
  readonly vlan?: NicVlan;
  /** The device that the guest sees, like "virtio". */
  readonly model?: string;
}

/** What @pulumi/command takes as a `connection`: the way to a guest, with its host as the proxy. */
export interface GuestConnection {
  /** The port of its SSH server. Default: that in ~/.ssh/config, then 22. */
  readonly port?: number;
  /** The user in the guest. */
  readonly user: string;
  /** The password of the user. */
  readonly password?: string;
  /** The text of an SSH private key. Default: the SSH agent, then the files that ssh would take. */
  readonly privateKey?: string;
  /** The password of an encrypted private key. */
  readonly privateKeyPassword?: string;
  /** The socket of the SSH agent. Default: SSH_AUTH_SOCK. */
  readonly agentSocketPath?: string;
  /** The host's public key, as in known_hosts (`ssh-ed25519 AAAA…`). Default: known_hosts. */
  readonly hostKey?: string;
  /** How many dials may fail before it is an error; -1: no limit. Default: 10. */
  readonly dialErrorLimit?: number;
  /** Seconds that one dial may take; 0: no limit. Default: 15. */
  readonly perDialTimeout?: number;
  /** The guest's address. */
  readonly host: string;
  /** The host that a guest runs on, as the way to the guest. */
  readonly proxy: GuestProxy;
}

/** How to log in to a guest. */
export interface GuestLoginArgs {
  /** The port of its SSH server. Default: that in ~/.ssh/config, then 22. */
  readonly port?: pulumi.Input<number>;
  /** The user in the guest. */
  readonly user: pulumi.Input<string>;
  /** The password of the user. */
  readonly password?: pulumi.Input<string>;
  /** The text of an SSH private key. Default: the SSH agent, then the files that ssh would take. */
  readonly privateKey?: pulumi.Input<string>;
  /** The password of an encrypted private key. */
  readonly privateKeyPassword?: pulumi.Input<string>;
  /** The socket of the SSH agent. Default: SSH_AUTH_SOCK. */
  readonly agentSocketPath?: pulumi.Input<string>;
  /** The host's public key, as in known_hosts (`ssh-ed25519 AAAA…`). Default: known_hosts. */
  readonly hostKey?: pulumi.Input<string>;
  /** How many dials may fail before it is an error; -1: no limit. Default: 10. */
  readonly dialErrorLimit?: pulumi.Input<number>;
  /** Seconds that one dial may take; 0: no limit. Default: 15. */
  readonly perDialTimeout?: pulumi.Input<number>;
}

/** The host that a guest runs on, as the way to the guest. */
export interface GuestProxy {
  /** The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config. */
  readonly host: string;
  /** The port of its SSH server. Default: that in ~/.ssh/config, then 22. */
  readonly port?: number;
  /** The user to log in as. Default: that in ~/.ssh/config, then the user that runs Pulumi. */
  readonly user?: string;
  /** The password of the user. */
  readonly password?: string;
  /** The text of an SSH private key. Default: the SSH agent, then the files that ssh would take. */
  readonly privateKey?: string;
  /** The password of an encrypted private key. */
  readonly privateKeyPassword?: string;
  /** The socket of the SSH agent. Default: SSH_AUTH_SOCK. */
  readonly agentSocketPath?: string;
  /** The host's public key, as in known_hosts (`ssh-ed25519 AAAA…`). Default: known_hosts. */
  readonly hostKey?: string;
  /** How many dials may fail before it is an error; -1: no limit. Default: 10. */
  readonly dialErrorLimit?: number;
  /** Seconds that one dial may take; 0: no limit. Default: 15. */
  readonly perDialTimeout?: number;
}

/** What a network was before kvmnet. */
export interface NetworkBefore {
  /** Its XML, as libvirt had it for the network's next start. */
  readonly definition: string;
  /** Whether it was started with the host. */
  readonly autostart: boolean;
  /** Whether it ran. */
  readonly active: boolean;
}

/** A network filter of libvirt's on a NIC. */
export interface NicFilter {
  /** The filter's name (virsh nwfilter-list): "clean-traffic" lets out no frame with another MAC or IPv4 address than the NIC's own, and no IPv6 at all. */
  readonly name: string;
  /** The guest's IPv4 addresses, which it may use and no others. None: libvirt takes the one that the guest uses first. */
  readonly addresses: string[];
}

/** A network filter of libvirt's on a NIC. */
export interface NicFilterArgs {
  /** The filter's name (virsh nwfilter-list): "clean-traffic" lets out no frame with another MAC or IPv4 address than the NIC's own, and no IPv6 at all. */
  readonly name: pulumi.Input<string>;
  /** The guest's IPv4 addresses, which it may use and no others. None: libvirt takes the one that the guest uses first. Default: []. */
  readonly addresses?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Where a NIC was, and what it was. */
export interface NicPlace {
  /** The libvirt network that it was on. */
  readonly network?: string;
  /** The bridge that it was on, where it was on no network. */
  readonly bridge?: string;
  /** The host's NIC that it was directly on. */
  readonly device?: string;
  /** The macvtap's mode. One of "bridge", "vepa", "private", "passthrough". */
  readonly mode?: "bridge" | "vepa" | "private" | "passthrough";
  /** The device that the guest saw. One of "virtio", "e1000e", "e1000", "rtl8139". */
  readonly model: "virtio" | "e1000e" | "e1000" | "rtl8139";
  /** Whether its cable was plugged in. One of "up", "down". */
  readonly linkState: "up" | "down";
  /** All of it, as the VM's definition had it. */
  readonly xml?: string;
}

/** The VLANs that a NIC is in. */
export interface NicVlan {
  /** The number of the VLAN, 1 to 4094 (IEEE 802.1Q), that the guest is in; of the tag, the guest knows nothing. Either this or `trunk`. */
  readonly tag?: number;
  /** The numbers of the VLANs that the guest itself is in, with tags of its own. Either this or `tag`. */
  readonly trunk?: number[];
  /** Of the `trunk`, the VLAN of the guest's frames without a tag. Default: such frames are dropped. */
  readonly native?: number;
}

/** The VLANs that a NIC is in. */
export interface NicVlanArgs {
  /** The number of the VLAN, 1 to 4094 (IEEE 802.1Q), that the guest is in; of the tag, the guest knows nothing. Either this or `trunk`. */
  readonly tag?: pulumi.Input<number>;
  /** The numbers of the VLANs that the guest itself is in, with tags of its own. Either this or `tag`. */
  readonly trunk?: pulumi.Input<pulumi.Input<number>[]>;
  /** Of the `trunk`, the VLAN of the guest's frames without a tag. Default: such frames are dropped. */
  readonly native?: pulumi.Input<number>;
}

/** Something that the host must still reach: one of tcp, ping and dns. */
export interface Probe {
  /** A TCP port that takes connections: "nas.example:445". */
  readonly tcp?: string;
  /** An address that answers pings. */
  readonly ping?: string;
  /** A name that resolves. */
  readonly dns?: string;
}

/** Something that the host must still reach: one of tcp, ping and dns. */
export interface ProbeArgs {
  /** A TCP port that takes connections: "nas.example:445". */
  readonly tcp?: pulumi.Input<string>;
  /** An address that answers pings. */
  readonly ping?: pulumi.Input<string>;
  /** A name that resolves. */
  readonly dns?: pulumi.Input<string>;
}

/** A jump host: the way to the host goes through its SSH server. */
export interface Proxy {
  /** The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config. */
  readonly host: string;
  /** The port of its SSH server. Default: that in ~/.ssh/config, then 22. */
  readonly port?: number;
  /** The user to log in as. Default: that in ~/.ssh/config, then the user that runs Pulumi. */
  readonly user?: string;
  /** The password of the user. */
  readonly password?: string;
  /** The text of an SSH private key. Default: the SSH agent, then the files that ssh would take. */
  readonly privateKey?: string;
  /** The password of an encrypted private key. */
  readonly privateKeyPassword?: string;
  /** The socket of the SSH agent. Default: SSH_AUTH_SOCK. */
  readonly agentSocketPath?: string;
  /** The host's public key, as in known_hosts (`ssh-ed25519 AAAA…`). Default: known_hosts. */
  readonly hostKey?: string;
  /** How many dials may fail before it is an error; -1: no limit. Default: 10. */
  readonly dialErrorLimit?: number;
  /** Seconds that one dial may take; 0: no limit. Default: 15. */
  readonly perDialTimeout?: number;
  /** What an unknown host key means: "yes" (the default) an error, "accept-new" it is taken and kept from then on, "no" any key is taken. A key that is not the stack's record of the host, not `hostKey`, or revoked, is an error whatever it says. See ssh_config(5). */
  readonly strictHostKeyChecking?: string;
}

/** A jump host: the way to the host goes through its SSH server. */
export interface ProxyArgs {
  /** The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config. */
  readonly host: pulumi.Input<string>;
  /** The port of its SSH server. Default: that in ~/.ssh/config, then 22. */
  readonly port?: pulumi.Input<number>;
  /** The user to log in as. Default: that in ~/.ssh/config, then the user that runs Pulumi. */
  readonly user?: pulumi.Input<string>;
  /** The password of the user. */
  readonly password?: pulumi.Input<string>;
  /** The text of an SSH private key. Default: the SSH agent, then the files that ssh would take. */
  readonly privateKey?: pulumi.Input<string>;
  /** The password of an encrypted private key. */
  readonly privateKeyPassword?: pulumi.Input<string>;
  /** The socket of the SSH agent. Default: SSH_AUTH_SOCK. */
  readonly agentSocketPath?: pulumi.Input<string>;
  /** The host's public key, as in known_hosts (`ssh-ed25519 AAAA…`). Default: known_hosts. */
  readonly hostKey?: pulumi.Input<string>;
  /** How many dials may fail before it is an error; -1: no limit. Default: 10. */
  readonly dialErrorLimit?: pulumi.Input<number>;
  /** Seconds that one dial may take; 0: no limit. Default: 15. */
  readonly perDialTimeout?: pulumi.Input<number>;
  /** What an unknown host key means: "yes" (the default) an error, "accept-new" it is taken and kept from then on, "no" any key is taken. A key that is not the stack's record of the host, not `hostKey`, or revoked, is an error whatever it says. See ssh_config(5). */
  readonly strictHostKeyChecking?: pulumi.Input<string>;
}

/** A static route. */
export interface Route {
  /** "default" or a network like "198.51.100.0/24". */
  readonly to: string;
  /** The gateway's address. */
  readonly via: string;
  /** The lower one wins. Default: the kernel's. */
  readonly metric?: number;
}

/** A static route. */
export interface RouteArgs {
  /** "default" or a network like "198.51.100.0/24". */
  readonly to: pulumi.Input<string>;
  /** The gateway's address. */
  readonly via: pulumi.Input<string>;
  /** The lower one wins. Default: the kernel's. */
  readonly metric?: pulumi.Input<number>;
}

/** How a bridge is tried as a VM would have it. */
export interface SelfTest {
  /** "dhcp": a lease is taken, and given back. Or an address with its prefix length, which must be free: "192.0.2.60/24"; the gateway and the name server are then the host's. */
  readonly address: string;
  /** A name that must have an IPv4 address. Default: any answer of the name server will do. */
  readonly resolves?: string;
}

/** How a bridge is tried as a VM would have it. */
export interface SelfTestArgs {
  /** "dhcp": a lease is taken, and given back. Or an address with its prefix length, which must be free: "192.0.2.60/24"; the gateway and the name server are then the host's. Default: "dhcp". */
  readonly address?: pulumi.Input<string>;
  /** A name that must have an IPv4 address. Default: any answer of the name server will do. */
  readonly resolves?: pulumi.Input<string>;
}

/** sudo with a password. */
export interface Sudo {
  /** The password that sudo asks the user for. */
  readonly password: string;
}

/** sudo with a password. */
export interface SudoArgs {
  /** The password that sudo asks the user for. */
  readonly password: pulumi.Input<string>;
}

/** A VLAN that is made for a bridge, and goes with it. */
export interface VlanUplinkArgs {
  /** The NIC or bond that the tagged frames go over, by name (an alternative one too) or MAC address. */
  readonly link: pulumi.Input<string>;
  /** The VLAN's number, 1 to 4094 (IEEE 802.1Q). */
  readonly vlan: pulumi.Input<number>;
}
