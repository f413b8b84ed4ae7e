import type { Host } from "../../lab/host";
import { Lan } from "../../lab/lan";
import { releasesFor } from "../../lab/releases";
import { succeeds } from "../../lab/succeeds";
import { configOf, network, rolledBack, settlesTo, sh, startUntidy } from "./untidy";

const seconds = 1000;

/** By the folder of netplan's files, or by one file of it: how /etc/netplan/01-netcfg.yaml leads to its text; with an owner, a mode, an ACL and an extended attribute of its own. */
const layouts = {
  file: `mkdir -m 750 /etc/site && mv /etc/netplan/01-netcfg.yaml /etc/site/netcfg.yaml &&
    ln -s /etc/site/netcfg.yaml /etc/netplan/01-netcfg.yaml && ln /etc/site/netcfg.yaml /etc/site/other-name`,
  folder: `mv /etc/netplan /etc/site && ln -s site /etc/netplan && mkdir /etc/site/real && mv /etc/site/01-netcfg.yaml /etc/site/real/netcfg &&
    ln -s real/netcfg /etc/site/link && ln -s ./link /etc/site/01-netcfg.yaml`,
} as const;

const file = "/etc/netplan/01-netcfg.yaml";
/** user::rw-, user:1:r--, group::r--, mask::r--, other::---, as setfacl(1) would set it; the host has no setfacl. */
const attributes = `at=$(readlink -f ${file}); chown root:adm "$at"; chmod 640 "$at"
  perl -e 'my ($at, $name, $acl) = ($ARGV[0], "system.posix_acl_access", pack("V(vvV)*", 2, 1,6,~0, 2,4,1, 4,4,~0, 16,4,~0, 32,0,~0));
    my ($own, $mine) = ("user.site", "mine");
    syscall(188, $at, $own, $mine, 4, 0) == 0 && syscall(188, $at, $name, $acl, length($acl), 0) == 0 or die $!' "$at"`;

const attributesOf = (host: Host) =>
  sh(
    host,
    `at=$(readlink -f ${file}); stat -c '%a %U %G %h' "$at"
     perl -e 'for my $of ("user.site", "system.posix_acl_access") { my ($name, $b) = ("$of", " " x 100); my $n = syscall(191, $ARGV[0], $name, $b, 100);
       print "$name ", $n > 0 ? unpack("H*", substr($b, 0, $n)) : "none", "\\n" }' "$at"; find -H /etc/netplan /etc/site -type l -printf '%p -> %l\\n' | sort`,
  );

/** The other NIC, which no change is about. */
const other = (host: Host) =>
  sh(
    host,
    `ip -o address show dev enp2s0 scope global | sed 's/lft [0-9]*sec/lft N/g'; ip route show dev enp2s0; ip route show table 77; ip rule
     stat -c '%n %i %Y' /run/systemd/network/10-netplan-enp2s0.network`,
  );
const reconfigured = (host: Host) =>
  sh(host, "journalctl --quiet --boot --unit=systemd-networkd --output=cat | grep -c 'enp2s0: Reconfiguring' || true");

describe.each(releasesFor(__filename))("files that are laid out otherwise, on %s", (release) => {
  test(
    "are followed and kept, by a change that is refused, one that is undone, and one that stays",
    async () => {
      await using lan = await Lan.start();
      const { host, stack } = await startUntidy(lan, release);
      await using _host = host;
      await using _stack = stack;
      await sh(host, `${layouts[release === "bookworm" ? "file" : "folder"]}; ${attributes}`);
      const before = await network(host);
      const text = await host.readFile(file);
      const had = await attributesOf(host);
      const otherHad = await other(host);
      expect(had).toMatch(/^640 root adm/);
      expect(had).toContain("user.site 6d696e65");

      // Refused: nothing was written, not by the trial either.
      await stack.configure(
        configOf(host, {
          confirm: { timeout: 40 },
          addressing: { addresses: ["192.0.2.100/24"], routes: [{ to: "default", via: "192.0.2.99" }] },
        }),
      );
      const refused = await stack.up();
      expect(refused.stdout).toMatch(/nothing was changed: the gateway 192\.0\.2\.99 does not answer/);
      expect(await network(host)).toBe(before);

      // From now on nobody on the LAN answers DHCP: what the other NIC has, it can't get again.
      await lan.dhcp.silence();
      await stack.configure(configOf(host, { confirm: { timeout: 40 } }));
      const undone = await rolledBack(host, stack, "true");
      expect(undone.stdout).toMatch(/rolled back, the host is as before/);
      await settlesTo(host, before);
      expect(await attributesOf(host)).toBe(had);
      expect(await other(host)).toBe(otherHad);

      await succeeds(stack.up());
      expect(await host.readFile(file)).not.toContain("192.0.2.100");
      expect(await attributesOf(host)).toBe(had);
      expect(await other(host)).toBe(otherHad);
      expect(await reconfigured(host)).toBe("0\n");

      await succeeds(stack.destroy());
      expect(await host.readFile(file)).toBe(text);
      expect(await attributesOf(host)).toBe(had);
      expect(await other(host)).toBe(otherHad);
      expect(await reconfigured(host)).toBe("0\n");
    },
    600 * seconds,
  );
});
