import { visible } from "../exec/visible";
import type { Host } from "../host";
import { keptFolder } from "../keptFolder";
import { type Asking, withLease } from "./lease";

/** Where a host that kvmnet has left may have something of it still. */
const places = [keptFolder, "/etc/systemd/system/kvmnet-boot.service"];

const list = `for place; do
  [ ! -e "$place" ] || find "$place" -maxdepth 2 ! -name lock -printf '%p\\0'
done`;

/** The paths of it, without the records' own. */
export async function leftovers(host: Host): Promise<string[]> {
  const { stdout } = await host.exec(["sh", "-c", list, "kvmnet", ...places], {
    purpose: "list what is left of kvmnet",
  });
  return stdout.split("\0").filter(Boolean).sort();
}

/** Once more, when nobody else can begin a change: what a resource has, or a change that is under way, stays. */
const remove = `set -u
base=$1
shift
if [ -d "$base" ]; then
  exec 8>>"$base/lock"
  flock -n 8 || { echo "a change of this host's network begins"; exit 3; }
fi
[ ! -e "$base/armed" ] || { echo "a change of this host's network is under way"; exit 3; }
[ ! -e "$base/guests/plug.sh" ] || { echo "NICs of VMs are not plugged in again; sh $base/guests/plug.sh does that"; exit 3; }
for kind in bridges networks nics taps netfilter; do
  [ -z "$(find "$base/$kind" -type f 2>/dev/null | head -n 1)" ] || { echo "$base/$kind has records of resources"; exit 3; }
done
rm -f /etc/systemd/system/sysinit.target.wants/kvmnet-boot.service
rm -rf -- "$base" "$@"`;

/** Takes it all away, records too of which nothing is there any more: their paths. */
export async function removeLeftovers(host: Host, stale: readonly string[], asking: Asking): Promise<void> {
  await withLease(host, asking, async () => {
    if (stale.length > 0) await host.exec(["rm", "-f", "--", ...stale], { purpose: "remove records of what is gone" });
    const { code, stdout, stderr } = await host.run(["sh", "-c", remove, "kvmnet", ...places], {
      purpose: "remove what is left of kvmnet",
    });
    if (code !== 0) throw new Error(`${host.label}: nothing more was removed: ${visible(stdout || stderr).trim()}`);
  });
}
