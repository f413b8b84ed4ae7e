import { randomBytes } from "node:crypto";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type CommandResult, must } from "../../lab/command";
import { folders } from "../../lab/folders";
import { Lan } from "../../lab/lan";
import { Leaks } from "../../lab/leaks";
import { Pulumi } from "../../lab/pulumi";

const seconds = 1000;
const program = resolve(__dirname, "../../lab/fixtures/planted");

/** A password that is found again wherever it goes. */
const planted = (place: string) => `planted-${place}-${randomBytes(6).toString("hex")}`;

/** The lab's key in a file that a passphrase opens, and a line of it that no other has. */
async function encryptedKey(lan: Lan, passphrase: string) {
  const path = join(folders.run(lan.id), passphrase);
  await cp(lan.sshKeyPath, path);
  await must(["ssh-keygen", "-q", "-p", "-N", passphrase, "-f", path]);
  const text = await readFile(path, "utf8");
  return { text, mark: text.split("\n")[3] ?? "" };
}

test(
  "what is secret in a connection, or in a host's file, is in no state, log, error, process list or other file",
  async () => {
    await using lan = await Lan.start();
    await using host = await lan.startHost({
      name: "kvm1",
      release: "trixie",
      addressing: { address: "192.0.2.100/24" },
    });
    await host.startGuest({ name: "web", running: false });
    const [login, proxy, wrong, guest, wifi] = ["login", "proxy", "wrong", "guest", "wifi"].map(planted) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const [opensFirst, opensSecond] = [planted("opens-first"), planted("opens-second")];
    const [firstKey, secondKey] = await Promise.all([encryptedKey(lan, opensFirst), encryptedKey(lan, opensSecond)]);
    await host.must(["chpasswd"], { input: `helper:${login}\nadmin:${proxy}\n` });
    // Beside the uplink in its file: what a preview shows of the file comes close to it.
    const netplan = await host.readFile("/etc/netplan/01-netcfg.yaml");
    const wlan = `  wifis: {wlan0: {access-points: {home: {password: "${wifi}"}}}}\n`;
    await host.writeFile("/etc/netplan/01-netcfg.yaml", { text: netplan + wlan, mode: 0o600 });
    const ofConnections = [login, proxy, wrong, guest, opensFirst, opensSecond, firstKey.mark, secondKey.mark];
    const [connections, file, all] = [new Leaks(ofConnections), new Leaks([wifi]), new Leaks([...ofConnections, wifi])];

    const at = { host: host.address, hostKey: host.hostKey };
    const first = {
      ...{ ...at, user: "helper", password: login, sudo: { password: login } },
      proxy: { ...at, user: "root", privateKey: firstKey.text, privateKeyPassword: opensFirst },
    };
    const second = {
      ...{ ...at, user: "root", privateKey: secondKey.text, privateKeyPassword: opensSecond },
      proxy: { ...at, user: "admin", password: proxy },
    };
    const folder = join(folders.scratch(lan.id), "planted");
    await mkdir(join(folder, "tmp"), { recursive: true });
    // Of this copy the engine only takes the settings, and the stack's config beside it: --cwd says where the program is.
    await cp(join(program, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const given = join(folders.run(lan.id), "planted.json");
    const give = (more: object = {}) =>
      writeFile(given, JSON.stringify({ first, second, guest: { user: "me", password: guest }, ...more }));
    await give();
    await using pulumi = await Pulumi.init({
      place: lan.engine,
      directory: folder,
      env: { HOME: folder, TMPDIR: join(folder, "tmp"), KVMNET_PLANTED: given, SSH_AUTH_SOCK: undefined },
    });

    await using processes = all.watchProcesses();
    let output = "";
    const does = async (what: Promise<CommandResult>) => {
      const { code, stdout, stderr } = await what;
      const said = stdout + stderr;
      expect(connections.in(said)).toEqual([]);
      // Pulumi's own library logs a whole state from -v=3 on, what is secret in it too.
      const ours = said.split("\n").filter((line) => !/^\{.*"msg":"RegisterResource RPC finished/.test(line));
      expect(ours.filter((line) => file.in(line).length > 0)).toEqual([]);
      output += said;
      return code;
    };
    const there = ["--cwd", program, "--config-file", join(folder, "Pulumi.lab.yaml")];
    const loud = { args: [...there, "--diff", "--logtostderr", "-v=3"] };
    expect(await does(pulumi.preview(loud))).toBe(0);
    expect(await does(pulumi.up(loud))).toBe(0);
    expect(await does(pulumi.refresh(loud))).toBe(0);
    // Each one wrong, and said so: there is a change to make.
    const bridge = { stp: true, forwardDelay: 4 };
    const network = { autostart: false };
    for (const change of [
      { bridge, first: { ...first, sudo: { password: wrong } } },
      { bridge, first: { ...first, password: wrong } },
      { network, second: { ...second, privateKeyPassword: wrong } },
      { network, second: { ...second, proxy: { ...second.proxy, password: wrong } } },
    ]) {
      await give(change);
      expect(await does(pulumi.up(loud))).not.toBe(0);
    }
    const expected = [
      "password: (hidden)",
      "it does not take connection.sudo.password",
      "tried: connection.password",
      "connection.privateKeyPassword does not open it",
      "tried: connection.proxy.password",
    ];
    expect(expected.filter((words) => !output.includes(words))).toEqual([]);
    await give();
    expect(await does(pulumi.run(["stack", "output", "--json", "--stack", pulumi.stack]))).toBe(0);
    expect(await does(pulumi.run(["stack", "export", "--stack", pulumi.stack]))).toBe(0);
    const kept = await file.on(host);
    expect(kept).toContain("/etc/netplan/01-netcfg.yaml");
    expect(kept.filter((path) => !/^\/(etc\/netplan|var\/lib\/kvmnet|run\/netplan)\//.test(path))).toEqual([]);
    expect(await host.must(["stat", "-c", "%a", "/var/lib/kvmnet"])).toBe("700\n");
    expect(await host.must(["find", "/etc/netplan", "-type", "f", "!", "-perm", "600"])).toBe("");
    expect(await does(pulumi.destroy(loud))).toBe(0);

    expect(await connections.on(host)).toEqual([]);
    const control = planted("control");
    const watch = new Leaks([control]).watchProcesses();
    const shown = host.must(["sh", "-c", "until [ -e /run/seen ]; do sleep 0.1; done", "sh", control]);
    await watch.first;
    await host.must(["touch", "/run/seen"]);
    await shown;
    expect((await watch.end()).seen).toContainEqual(
      expect.stringMatching(/^cmdline: (nsenter\0.*\0)?sh\0-c\0until .*\0sh\0planted/s),
    );
    const { seen, looks } = await processes.end();
    expect(seen).toEqual([]);
    expect(looks).toBeGreaterThan(20);
    // The same search finds what is there; what Pulumi keeps of the operations is among what it looks through.
    expect(await connections.filesIn(given)).toEqual([given]);
    const state = join(pulumi.stateFolder, "..");
    expect((await readdir(join(state, "state/.pulumi/history"), { recursive: true })).length).toBeGreaterThan(8);
    expect([...(await all.filesIn(folder)), ...(await all.filesIn(state))]).toEqual([]);
  },
  // Ten runs of the engine, while each process of the machine is looked at all the time: slow beside other labs.
  600 * seconds,
);
