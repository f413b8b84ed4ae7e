/** A bridge as wanted, over two files: kvmnet's defaults, and a key of the user's own. */
export const asWanted = {
  "/etc/netplan/01-netcfg.yaml": `# kvm1, by hand
network:
    version: 2
    ethernets:
        # the LAN
        enp1s0:
            dhcp4: false
            mtu: 1500
`,
  "/etc/netplan/60-bridge.yaml": `network:
    bridges:
        # for the VMs
        br0:
            interfaces: [enp1s0]
            addresses: [192.0.2.100/24]
            routes:
                - {to: default, via: 192.0.2.1}
            nameservers: {addresses: [192.0.2.1], search: [lab.test]}
            parameters: {stp: false, forward-delay: 0, priority: 100}
        # nothing to do with it
        spare0:
            parameters: {stp: false}
            optional: true
`,
};

/** As most people write it: with the kernel's forward delay of 15 s, and a MAC address of networkd's own; and an MTU unlike its port's. */
export const plain = {
  "/etc/netplan/01-netcfg.yaml": `# kvm2, by hand
network:
  version: 2
  ethernets:
    enp1s0: {}
  # for the VMs
  bridges:
    br0:
      interfaces: [enp1s0]
      mtu: 1400
      dhcp4: true
`,
  // systemd 252 sets the bridge's MTU once, and the kernel takes the port's when that joins later, as it does at about
  // every tenth boot: networkd waits for udev, and so for the port.
  "/etc/udev/rules.d/90-br0.rules": `ACTION=="add", SUBSYSTEM=="net", KERNEL=="br0", PROGRAM="/bin/sh -c 'until [ -e /sys/class/net/br0/brif/enp1s0 ]; do sleep 0.02; done'"
`,
};

/** A NoCloud seed, and cloud-init told to see to the network at each boot, as it does by itself with some data sources. */
const seed = "/var/lib/cloud/seed/nocloud";
export const cloudInit = {
  "/etc/netplan/01-netcfg.yaml": "network: {version: 2}\n",
  // It comes after kvmnet's as that mostly stands.
  "/etc/netplan/90-mine.yaml": "network: {ethernets: {enp1s0: {mtu: 1500}}}\n",
  "/etc/cloud/cloud.cfg.d/95-lab.cfg": `updates: {network: {when: [boot-new-instance, boot]}}
system_info: {network: {renderers: [netplan], activators: [netplan]}}
cloud_init_modules: []
cloud_config_modules: []
cloud_final_modules: []
`,
  [`${seed}/meta-data`]: "instance-id: kvm3\n",
  [`${seed}/user-data`]: "#cloud-config\n{}\n",
  [`${seed}/network-config`]: "version: 2\nethernets:\n  enp1s0:\n    dhcp4: true\n",
};

/** As Debian's own cloud image has it, for each NIC that is there. */
export const pattern = {
  "/etc/netplan/01-netcfg.yaml": `# kvm6, by hand
network:
  version: 2
  ethernets:
    all-en:
      match: {name: "en*"}
      dhcp4: true
      accept-ra: false
`,
};

/** Over two files, with an alias: policy routes, jumbo frames, both kinds of IPv6 addresses, and a way out of a second NIC's. */
export const laden = {
  "/etc/netplan/01-netcfg.yaml": `# kvm4, by hand
network:
  version: 2
  ethernets:
    # the other provider, for when the first one fails
    enp2s0:
      accept-ra: false
      addresses: [198.51.100.201/29]
      nameservers: &dns {addresses: [192.0.2.1]}
      routes: [{to: default, via: 198.51.100.202, metric: 500}]
    enp1s0:
      mtu: 9000 # as the switch has it
      addresses: [192.0.2.104/24, "2001:db8:0:1::104/64"]
      ipv6-privacy: true
      nameservers: *dns
      routes:
        - {to: default, via: 192.0.2.1}
`,
  "/etc/netplan/60-policy.yaml": `network:
  ethernets:
    enp1s0:
      # answers go out where their questions came in
      routes:
        - {to: default, via: 192.0.2.1, table: 101}
        - {to: 198.51.100.0/24, via: 192.0.2.1, table: 101, metric: 50}
      routing-policy:
        - {from: 192.0.2.104, table: 101, priority: 50}
        - {to: 198.51.100.0/25, mark: 7, table: 101, priority: 60}
`,
};
