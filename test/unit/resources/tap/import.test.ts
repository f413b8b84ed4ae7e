import { tapLifecycle } from "../../../../provider/resources/tap/lifecycle";
import { domain, factsWith, link, nic } from "../../support/facts";
import { said } from "../../support/operation";

const tap = { owner: undefined, group: undefined, multiQueue: false, vnetHdr: true };

it.each([
  [
    "libvirt's own TAP of a running VM is no Tap",
    "vnet0",
    /the TAP vnet0 is libvirt's.*Import that NIC as a Nic instead: kvm1\.example\/web\//,
  ],
  ["one that another program made is", "tap0", undefined],
])("%s", async (_, name, refusal) => {
  const facts = factsWith({
    links: ["vnet0", "tap0"]
      .map((one) => link(one, { kind: "tun", master: "br0", tap }))
      .concat(link("br0", { kind: "bridge" })),
    libvirt: { silent: false, networks: [], domains: [domain("web", [nic("52:54:00:00:00:01", { tap: "vnet0" })])] },
  });
  const hosts = { reachFacts: async () => ({ host: { label: "kvm", presentedKey: undefined }, facts }) };
  const imported = tapLifecycle.import?.(said({ hosts: hosts as never }).operation, `kvm1.example/${name}`, {});
  if (refusal) await expect(imported).rejects.toThrow(refusal);
  else await expect(imported).resolves.toMatchObject({ kind: "there" });
});
