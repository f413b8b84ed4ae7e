import { execFileSync } from "node:child_process";
import { join } from "node:path";

const mac = "52:54:00:00:00:01";

/** A host's bridge, and a guest on it in a namespace of its own, which has nothing to say. */
const lan = `
mount -t sysfs sysfs /sys
ip link add br0 type bridge && ip link set br0 up
unshare -n sleep 30 & guest=$!
trap 'kill $guest' EXIT
until [ "$(readlink /proc/$guest/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
ip link add v0 type veth peer name eth0 address ${mac} netns $guest && ip link set v0 master br0 up
inside() { nsenter -t $guest -n ip "$@"; }
inside addr add 192.0.2.55/24 dev eth0 && inside addr add 2001:db8::55/64 dev eth0 nodad && inside link set eth0 up
until ip -6 addr show dev br0 scope link -tentative | grep -q fe80; do sleep 0.05; done
own=$(perl -MSocket=inet_pton,AF_INET6 -e 'print unpack "H*", inet_pton(AF_INET6, shift)' "$(ip -6 -o addr show dev br0 scope link | grep -o 'fe80[^/]*')")
script=$1; shift
for word; do shift; [ "$word" != OWN ] || word=$own; set -- "$@" "$word"; done
perl -e "$(cat "$script")" -- 1.2 "$@"
ip neigh`;

test.each([
  ["of IPv4", ["br0", "all", "c0000237", mac], [`c0000237 ${mac}`]],
  ["of IPv6", ["br0", "OWN", "20010db8000000000000000000000055", mac], [`20010db8000000000000000000000055 ${mac}`]],
  ["that it has not", ["br0", "all", "c0000238", mac], []],
  ["that it alone is asked for among all", ["br0", "one:256", "c0000200", mac], [`c0000237 ${mac}`]],
  ["on a link that is not there", ["br9", "all", "c0000237", mac], []],
])(
  "on a real bridge, a guest answers for an address %s, and the host's tables stay as they are",
  (_, words, answers) => {
    const script = join(__dirname, "../../../provider/host/guestAddress/whoHas.pl");
    const said = execFileSync("unshare", ["-n", "-m", "sh", "-ec", lan, "lan", script, ...words], { encoding: "utf8" });
    expect(said.split("\n").filter(Boolean)).toEqual(answers);
  },
);
