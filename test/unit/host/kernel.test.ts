import { execFileSync } from "node:child_process";
import { join } from "node:path";

const kernel = join(__dirname, "../../../provider/host/transaction/kernel.sh");

/** What the scene prints, in a network namespace of its own. */
function scene(step: string): string[] {
  const inside = ["--user", "--map-root-user", "--net", "--mount", "sh", join(__dirname, "kernelScene.sh")];
  return execFileSync("unshare", [...inside, kernel, step], { encoding: "utf8" })
    .split("\n")
    .filter(Boolean);
}

test("a kernel that lost a bridge, its rules and its routes gets back all that iproute2 shows of it", () => {
  expect(scene("round")).toEqual(["same"]);
});

test("nothing is missing of a network that is as it was", () => {
  expect(scene("twice")).toEqual([]);
});

test("what a change does not touch is to stay, what it takes away is not", () => {
  expect(scene("touched")).toEqual([
    "4 address replace 198.51.100.1/24 scope global dev other",
    "4 route replace unicast 198.51.100.0/24 dev other table main proto kernel scope link src 198.51.100.1",
    "4 rule add priority 32765 from 192.0.2.100 lookup 100 proto unspec",
  ]);
});

test("an address that the daemon has made a lease of is there, one that it has taken off is not", () => {
  expect(scene("leased")).toEqual(["4 address replace 198.51.100.2/24 scope global dev other"]);
});

test("so it is where another NIC has it too, which keeps its own", () => {
  expect(scene("doubledRival").map((line) => line.trim())).toEqual([
    "default via 192.0.2.254 dev br0 onlink mtu lock 1400 initcwnd 20",
    "default via 198.51.100.9 dev other",
    "default via 192.0.2.253 dev br0 proto dhcp src 192.0.2.100 metric 50",
  ]);
});

test("of a route in two forms, the one takes the other's place", () => {
  expect(scene("forms").map((line) => line.split(" ").slice(1, 3).join(" "))).toEqual([
    "route replace",
    "route replace",
  ]);
});

test("a route comes back beside one of another NIC that is the same one but for its way, in its place", () => {
  const back = [
    "same",
    "192.0.2.254 dev br0 scope link ",
    "192.0.2.254 dev other scope link ",
    "203.0.113.9 dev other scope link ",
    "203.0.113.9 dev br0 scope link ",
  ];
  expect(scene("rivals")).toEqual([...back, ...back]);
});

test("a link may join a bridge of the change's, and no other", () => {
  expect(scene("joined")).toEqual(["l link set dev nic nomaster"]);
});

test("a route that is there a second time, in another form, is taken away again", () => {
  expect(scene("doubled")).toEqual([
    "default via 192.0.2.254 dev br0 onlink mtu lock 1400 initcwnd 20 ",
    "default via 192.0.2.253 dev br0 proto dhcp src 192.0.2.100 metric 50 ",
  ]);
});
