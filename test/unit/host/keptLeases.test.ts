import { execFileSync } from "node:child_process";
import { join } from "node:path";

const script = join(__dirname, "../../../provider/host/transaction/networkd.sh");
const inside = ["--user", "--map-root-user", "--mount"];

/** Links with their index, the leases that networkd has by that, and what is kept of them. */
const scene = `set -eu
. "$1"
mount -t tmpfs none /sys/class/net
mount -t tmpfs none /run
mkdir -p /run/systemd/netif/leases /sys/class/net/enp1s0 /sys/class/net/br0 /sys/class/net/going
echo 2 >/sys/class/net/enp1s0/ifindex
echo 3 >/sys/class/net/br0/ifindex
echo ADDRESS=192.0.2.50 >/run/systemd/netif/leases/2
: >/sys/class/net/bonding_masters
daemon_keep
cd /run/kvmnet/leases
grep -H . *`;

test("leases are kept by the link, whatever else stands beside the links", () => {
  const kept = execFileSync("unshare", [...inside, "sh", "-c", scene, "scene", script], { encoding: "utf8" });
  expect(kept).toBe("enp1s0:ADDRESS=192.0.2.50\n");
});
