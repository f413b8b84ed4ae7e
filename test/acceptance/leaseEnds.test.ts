import { HomelabStack } from "../lab/homelabStack";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

describe.each(releasesFor(__filename))("a lease of two minutes on %s", (release) => {
  test(
    "ends where no server answers any more, and nothing else on the bridge goes with it",
    async () => {
      await using lan = await Lan.start({ lease: "2m" });
      await using host = await lan.startHost({ name: "kvm1", release });
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts: { kvm1: { bridge: {} } } } });
      await succeeds(stack.up());
      const has = () => host.must(["ip", "-4", "-o", "address", "show", "dev", "br0", "scope", "global"]);
      expect(await has()).toMatch(new RegExp(`${host.address}/24 .* valid_lft \\d+sec`));
      await host.must(["ip", "address", "add", "203.0.113.9/32", "dev", "br0"]);
      await lan.dhcp.silence();
      // Whoever has networkd read its files takes nothing away, and gives nothing more to hold.
      await host.must(["networkctl", "reload"]);
      const gone = "while ip -4 address show dev br0 | grep -q ' 192\\.0\\.2\\.'; do sleep 0.5; done";
      await host.must(["timeout", "150", "sh", "-c", gone], { timeout: 160 * seconds });
      expect(await has()).toMatch(/^\S+ br0 +inet 203\.0\.113\.9\/32 [^\n]*\n$/);
    },
    600 * seconds,
  );
});
