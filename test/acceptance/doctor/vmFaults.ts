import type { Fault } from "./fault";

/** Of libvirt and its VMs. $tap is the VM's TAP, $mac its MAC address, $address the host's. */
export const vmFaults: readonly Fault[] = [
  {
    fault: "TAP not attached",
    make: 'ip link set "$tap" nomaster',
    unmake: 'ip link set "$tap" master br0',
    mends: true,
    finds: ["tap-not-in-bridge"],
  },
  {
    fault: "a DHCP server that is silent",
    make: async ({ lan, guest }) => {
      await lan.dhcp.silence();
      await guest.must(["sh", "-c", "killall -USR2 udhcpc && killall -USR1 udhcpc"]);
    },
    unmake: async ({ lan, guest }) => {
      await lan.dhcp.speak();
      await guest.waitForAddress();
    },
    finds: ["no-dhcp-answer"],
    heard: true,
  },
  {
    fault: "a host that drops the answer",
    make: async ({ host, guest }) => {
      const rules =
        "table bridge own { chain out { type filter hook postrouting priority 0; ether type ip udp sport 67 drop; }; }";
      await host.must(["nft", "-f", "-"], { input: rules });
      await guest.must(["sh", "-c", "killall -USR2 udhcpc && killall -USR1 udhcpc"]);
    },
    unmake: async ({ host, guest }) => {
      await host.must(["nft", "delete", "table", "bridge", "own"]);
      await guest.waitForAddress();
    },
    finds: ["no-dhcp-answer"],
    heard: true,
  },
  {
    fault: "a guest that does not configure its NIC",
    make: `virsh dumpxml --inactive web | sed "s/<name>web/<name>mute/; /<uuid>/d; /<mac /d; s/kvmnet.name=web/rdinit=\\/bin\\/busybox/; s/web\\.\\(log\\|agent\\)/mute.\\1/" >/tmp/mute.xml
      virsh define /tmp/mute.xml; virsh start mute; touch -d '4 minutes ago' /run/libvirt/qemu/mute.pid
      n=/run/udev/data/n$(cat "/sys/class/net/$(virsh -q domiflist mute | awk '{print $1}')/ifindex"); [ ! -e "$n" ] || sed -i 's/^I:.*/I:1/' "$n"`,
    unmake: "virsh destroy mute; virsh undefine mute",
    finds: ["vm-silent"],
  },
  {
    fault: "a VM on a macvtap",
    make: "virsh dumpxml --inactive web | sed \"s/<name>web/<name>copy/; /<uuid>/d; /<mac /d; s/type='network'/type='direct'/; s/<source network='lan'/<source dev='enp1s0' mode='bridge'/\" >/tmp/copy.xml; virsh define /tmp/copy.xml",
    unmake: "virsh undefine copy",
    finds: ["macvtap"],
  },
  {
    fault: "a VM that its next start puts on another network",
    make: "printf '<network><name>other</name></network>' >/tmp/n.xml; virsh net-define /tmp/n.xml; virsh dumpxml --inactive web | sed \"s/network='lan'/network='other'/\" >/tmp/web.xml; virsh define /tmp/web.xml",
    unmake:
      "sed -i \"s/network='other'/network='lan'/\" /tmp/web.xml; virsh define /tmp/web.xml; virsh net-undefine other",
    finds: ["live-unlike-persistent"],
  },
  {
    fault: "the VM's link down",
    make: 'virsh domif-setlink web "$mac" down',
    unmake: 'virsh domif-setlink web "$mac" up',
    mends: true,
    finds: ["vm-link-down"],
  },
  {
    fault: "the running VM unlike its definition",
    make: 'virsh detach-interface web network --mac "$mac" --config',
    unmake: 'virsh attach-interface web network lan --mac "$mac" --model virtio --config',
    finds: ["live-unlike-persistent"],
  },
  {
    fault: "two VMs with one MAC",
    make: "virsh dumpxml --inactive web | sed 's/<name>web/<name>copy/; /<uuid>/d' >/tmp/copy.xml; virsh define /tmp/copy.xml",
    unmake: "virsh undefine copy",
    finds: ["same-mac"],
  },
  {
    fault: "libvirt is stopped",
    make: "systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd",
    unmake: "systemctl start libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd",
    finds: ["libvirt-silent"],
  },
  {
    fault: "a network that is stopped",
    make: "virsh net-destroy lan",
    unmake: "virsh net-start lan",
    mends: true,
    finds: ["network-inactive"],
  },
  {
    fault: "a network that is not started with the host",
    make: "virsh net-autostart --disable lan",
    unmake: "virsh net-autostart lan",
    mends: true,
    finds: ["network-autostart"],
  },
  {
    fault: "a network on a bridge that is not there",
    make: "printf \"<network><name>gone</name><forward mode='bridge'/><bridge name='br9'/></network>\" >/tmp/n.xml; virsh net-define /tmp/n.xml; virsh net-start gone; virsh net-autostart gone",
    unmake: "virsh net-destroy gone; virsh net-undefine gone",
    finds: ["network-bridge"],
  },
];
