import type { Fault } from "./fault";

const own = "/etc/netplan/90-own.yaml";

/** What waits for the next boot, and what was left behind. */
export const bootFaults: readonly Fault[] = [
  {
    fault: "DHCP on the bridge's port, in its file",
    make: "sed -i 's/enp1s0: {}/enp1s0: {dhcp4: true}/' /etc/netplan/01-netcfg.yaml",
    unmake: "sed -i 's/enp1s0: {dhcp4: true}/enp1s0: {}/' /etc/netplan/01-netcfg.yaml",
    mends: true,
    finds: ["address-on-port"],
  },
  {
    fault: "SSH lost after apply",
    make: "mv /etc/netplan/80-kvmnet-br0.yaml /root/",
    unmake: "mv /root/80-kvmnet-br0.yaml /etc/netplan/",
    finds: ["next-boot"],
  },
  {
    fault: "the port not in the bridge's file",
    make: "cp -a /etc/netplan/80-kvmnet-br0.yaml /root/; sed -i 's/interfaces: .*/interfaces: []/; /^ *- enp1s0/d' /etc/netplan/80-kvmnet-br0.yaml",
    unmake: "mv /root/80-kvmnet-br0.yaml /etc/netplan/",
    finds: ["next-boot"],
  },
  {
    fault: "a netplan file that can't be read",
    make: `echo 'network: [' >${own}`,
    unmake: `rm ${own}`,
    finds: ["next-boot"],
  },
  {
    fault: "a NIC by a name that changed",
    make: `echo 'network: {ethernets: {eth0: {dhcp4: true}}}' >${own}`,
    unmake: `rm ${own}`,
    finds: ["nic-renamed"],
  },
  {
    fault: "a file that cloud-init writes anew",
    make: "mkdir -p /etc/cloud/cloud.cfg.d; echo 'datasource_list: [NoCloud]' >/etc/cloud/cloud.cfg; mv /etc/netplan/01-netcfg.yaml /etc/netplan/50-cloud-init.yaml",
    unmake: "mv /etc/netplan/50-cloud-init.yaml /etc/netplan/01-netcfg.yaml; rm -r /etc/cloud",
    finds: ["cloud-init"],
  },
  {
    fault: "what a killed netplan try left",
    make: "mkdir -p /run/netplan; touch /run/netplan/netplan-try.ready",
    unmake: "rm /run/netplan/netplan-try.ready",
    mends: true,
    finds: ["netplan-try"],
  },
  {
    fault: "a change that nobody confirmed",
    make: "mkdir /var/lib/kvmnet/armed; echo 20260101-1 >/var/lib/kvmnet/armed/id",
    unmake: "rm -r /var/lib/kvmnet/armed",
    mends: true,
    finds: ["unconfirmed-change"],
  },
];
