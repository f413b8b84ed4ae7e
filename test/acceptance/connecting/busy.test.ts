import { setTimeout as sleep } from "node:timers/promises";
import { killGroup } from "../../lab/command";
import { HomelabStack } from "../../lab/homelabStack";
import { Lan } from "../../lab/lan";

const seconds = 1000;

test.each(["bookworm", "trixie"] as const)(
  "on Debian %s a server with one session and one login at a time takes a whole `up`, over two connections",
  async (release) => {
    await using lan = await Lan.start();
    await using host = await lan.startHost({
      name: "kvm1",
      release,
      files: { "/etc/ssh/sshd_config.d/00-narrow.conf": "MaxSessions 1\nMaxStartups 1\nLogLevel VERBOSE\n" },
    });
    const nics = { a: { network: "a" }, b: { network: "b" }, c: { bridge: "br0" } };
    await host.startGuest({ name: "web", running: false });
    await host.startGuest({ name: "db", running: false });
    await using stack = await HomelabStack.start({
      lan,
      hosts: [host],
      config: {
        hosts: { kvm1: { bridge: {}, networks: { a: {}, b: {}, c: {}, d: {} } } },
        vms: { web: { host: "kvm1", nics }, db: { host: "kvm1", nics } },
      },
    });
    const log = (words: string) =>
      host.must(["journalctl", "--output=cat", "--unit=ssh", `--grep=${words}`]).catch(() => "");
    // Somebody who connects and says nothing has the one place for a login.
    const idle = lan.engine.spawn(["bash", "-c", 'exec 3<>"/dev/tcp/$0/22" && cat <&3', host.address]);
    await new Promise((greeted) => idle.stdout?.once("data", greeted));
    const { ended } = stack.startUp();
    for (const deadline = Date.now() + 60_000; (await log("MaxStartups|drop connection")) === ""; await sleep(100))
      if (Date.now() > deadline) throw new Error(`nobody was turned away:\n${await log(".")}`);
    killGroup(idle);
    const { code, stdout } = await ended;
    expect({ code, said: code === 0 ? "" : stdout }).toEqual({ code: 0, said: "" });
    expect((await stack.resources()).filter((type) => /:(Network|Nic)$/.test(type))).toHaveLength(10);
    // The second one is the proof that the changed network lets people in.
    expect((await log("^Accepted publickey")).trim().split("\n")).toHaveLength(2);
  },
  300 * seconds,
);
