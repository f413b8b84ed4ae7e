import { networkLifecycle } from "../../../provider/resources/network/lifecycle";
import { domain, factsWith, link, nic } from "../support/facts";
import { previewed } from "../support/previews";

const lan = {
  ...{ name: "lan", uuid: "n1", active: true, persistent: true, autostart: true, forward: "bridge" },
  ...{ bridge: "br0", definedBridge: "br0", xml: "", definition: "" },
};
const hostWith = (parts: Partial<typeof lan> | undefined) =>
  factsWith({
    links: [link("br0", { kind: "bridge" })],
    libvirt: {
      silent: false,
      networks: parts ? [{ ...lan, ...parts }] : [],
      domains: [domain("web", parts ? [nic("52:54:00:00:00:01", { network: "lan" })] : [])],
    },
  });
const says = async (parts: Partial<typeof lan> | undefined, inputs: object) =>
  (await previewed(networkLifecycle, hostWith(parts), [{ name: "lan", bridge: "br0", ...inputs }])).messages;

it("A network that is made is told otherwise than one that is there, or is put right", async () => {
  expect(await says(undefined, {})).toEqual([
    "kvm: libvirt gets the network lan on br0, active, started with the host.",
  ]);
  expect((await says({}, {})).at(-1)).toBe(
    "kvm: libvirt has the network lan on br0 as wanted: nothing of it changes. web on it runs on.",
  );
  expect((await says({ autostart: false }, {})).at(-1)).toBe(
    "kvm: libvirt has the network lan. What is put right: the network lan is not started with the host. web on it runs on.",
  );
});

it("A bridge that the host does not have is no bridge that a network is on", async () => {
  const [warning, ...rest] = await says(undefined, { bridge: "br7" });
  expect(warning).toBe(
    "kvm: there is no bridge br7 yet; it must be there when the network lan is made. Did you mean br0?",
  );
  expect(rest).toEqual(["kvm: libvirt gets the network lan on br7, active, started with the host."]);
});
