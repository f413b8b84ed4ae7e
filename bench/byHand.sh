#!/bin/sh
# The job as people do it by hand, for a host with a static address: a bridge on its NIC, a network of libvirt's, a NIC
# for a VM that runs. Without a way back: when it fails, the host is gone.
# byHand.sh UPLINK ADDRESS/PREFIX GATEWAY VM
set -eu
uplink=$1 address=$2 gateway=$3 vm=$4
mac=$(cat "/sys/class/net/$uplink/address")

umask 077
cat >/etc/netplan/01-netcfg.yaml <<EOF
network:
  version: 2
  renderer: networkd
  ethernets:
    $uplink: {}
  bridges:
    br0:
      interfaces: [$uplink]
      macaddress: $mac
      parameters: {stp: false, forward-delay: 0}
      addresses: [$address]
      routes: [{to: default, via: $gateway}]
EOF
netplan apply
until ip -4 address show dev br0 | grep -q "inet $address" && ip route | grep -q '^default.* dev br0'; do
	sleep 0.05
done

iptables -I FORWARD -i br0 -o br0 -j ACCEPT

printf '<network><name>lan</name><forward mode="bridge"/><bridge name="br0"/></network>' >/run/lan.xml
virsh -q net-define /run/lan.xml
virsh -q net-start lan
virsh -q net-autostart lan

printf '<interface type="network"><mac address="52:54:00:00:00:10"/><source network="lan"/><model type="virtio"/></interface>' >/run/nic.xml
virsh -q attach-device "$vm" /run/nic.xml --live --config
