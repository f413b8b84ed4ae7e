import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "./command";
import { debianMirrors } from "./debianMirrors";
import { image } from "./image";

const release = "bookworm";
const packages = ["linux-image-cloud-amd64", "busybox-static", "dropbear-bin"];
/** What a virtio NIC needs, in the order in which it loads. */
const modules = [
  ...["virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci"],
  ...["failover", "net_failover", "virtio_net"],
];

/**
 * Process 1 of the guest. Each NIC that is there or comes later gets an address by DHCP. Besides, it runs
 * commands that come in on the second serial port, one a line, so that a guest without a NIC can be asked too.
 */
const init = `#!/bin/sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /run /var/log && mount -t devpts devpts /dev/pts
for word in $(cat /proc/cmdline); do
  case $word in
    kvmnet.name=*) hostname "\${word#*=}" ;;
    kvmnet.key=*) echo "\${word#*=}" | tr , ' ' >/root/.ssh/authorized_keys ;;
  esac
done
for module in ${modules.join(" ")}; do insmod /lib/modules/$module.ko; done
ip link set lo up

(
  stty raw -echo </dev/ttyS1
  exec 0<>/dev/ttyS1 1>&0
  while read -r id command; do
    echo "$command" | base64 -d >/run/command
    sh /run/command </dev/null >/run/stdout 2>/run/stderr
    echo "$id $? =$(base64 -w0 /run/stdout) =$(base64 -w0 /run/stderr)"
  done
) &

echo "up after $(cut -d' ' -f1 /proc/uptime) s"
dropbear -R -s -m
while :; do
  for nic in $(cd /sys/class/net && echo *); do
    [ "$nic" = lo ] || [ -e "/run/dhcp-$nic" ] && continue
    (
      : >"/run/dhcp-$nic"
      ip link set "$nic" up
      udhcpc -f -i "$nic" -s /bin/dhcp-event -t 5 -T 1 -A 1 -x "hostname:$(hostname)" &
      client=$!
      # Not only its name: another one may be there under it before anybody looks.
      read -r index <"/sys/class/net/$nic/ifindex"
      while read -r now <"/sys/class/net/$nic/ifindex" && [ "$now" = "$index" ]; do sleep 0.5; done 2>/dev/null
      kill $client
      rm "/run/dhcp-$nic"
    ) &
  done
  sleep 0.2
done
`;

/** After a lease the gateway is pinged once, as a machine with anything to do would soon ask for it by ARP. */
const dhcpEvent = `#!/bin/sh
case $1 in
  bound | renew)
    ip address replace "$ip/$mask" dev "$interface"
    for gateway in $router; do
      ip route replace default via "$gateway" dev "$interface"
      ping -c 1 -W 1 "$gateway" >/dev/null &
    done
    for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
    echo "$interface: $1 $ip after $(cut -d' ' -f1 /proc/uptime) s"
    ;;
  deconfig) ip address flush dev "$interface" ;;
esac
`;

/** A folder with the kernel and the initial RAM disk, which is all that a guest consists of. */
export async function guestImage(): Promise<{ kernel: string; initrd: string }> {
  const recipe = { release, packages, modules, init, dhcpEvent };
  const { folder } = await image("guest", recipe, async (target) => {
    const debian = await mkdtemp(join(tmpdir(), "kvmnet-guest-"));
    try {
      const mirrors = await debianMirrors(release);
      const options = ["--quiet", "--variant=extract", `--include=${packages.join(",")}`];
      await must(["mmdebstrap", ...options, release, debian, ...mirrors]);
      await assemble(debian, join(debian, "ram"), target);
    } finally {
      await rm(debian, { recursive: true, force: true });
    }
  });
  return { kernel: join(folder, "vmlinuz"), initrd: join(folder, "initrd") };
}

async function assemble(debian: string, ram: string, target: string): Promise<void> {
  for (const folder of ["bin", "dev", "etc/dropbear", "lib/modules", "lib64", "proc", "root/.ssh", "sys", "tmp"]) {
    await mkdir(join(ram, folder), { recursive: true, mode: folder.startsWith("root") ? 0o700 : 0o755 });
  }
  await writeFile(join(ram, "init"), init, { mode: 0o755 });
  await writeFile(join(ram, "bin/dhcp-event"), dhcpEvent, { mode: 0o755 });
  await writeFile(join(ram, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  await writeFile(join(ram, "etc/shells"), "/bin/sh\n");
  const script = `
cp "$1/bin/busybox" bin/busybox
ln -s busybox bin/sh
cp "$1/usr/sbin/dropbear" bin/
for name in ld-linux-x86-64.so.2 libtomcrypt.so.1 libtommath.so.1 libz.so.1 libcrypt.so.1 libc.so.6 libgmp.so.10 \\
  libnss_files.so.2 libpthread.so.0; do
  find "$1/lib" "$1/usr/lib" -name "$name" -exec cp -L {} lib/ \\;
done
ln -s ../lib/ld-linux-x86-64.so.2 lib64/
for name in ${modules.join(" ")}; do find "$1/lib/modules" -name "$name.ko" -exec cp {} lib/modules/ \\;; done
cp "$1"/boot/vmlinuz-* "$2/vmlinuz"
find . | cpio --quiet -o -H newc >"$2/initrd"
chmod 644 "$2/vmlinuz" "$2/initrd"
`;
  await must(["sh", "-euc", script, "sh", debian, target], { cwd: ram });
}
