import { createHmac } from "node:crypto";
import { Hosts } from "../../../provider/host/hosts";
import { keyPair } from "../support/keyPair";
import { recordedHost } from "../support/recordedHosts";
import { Home } from "../support/sshClient";
import { answer, SshServer } from "../support/sshServer";

const hostId = "a".repeat(32);
const facts = Buffer.from(
  recordedHost("dhcpDebian13")
    .toString("latin1")
    .replace(/^[0-9a-f]{32}$/m, hostId),
  "latin1",
);
const key = keyPair();

/** A host, and a connection that knows no key of it. */
async function host() {
  const server = await SshServer.start({ onExec: answer(facts), key });
  const { hostKey: _, ...connection } = server.connection;
  return Object.assign(server, { plain: connection });
}

/** A stack that has a Network or Nic of the host: their states have its key and its machine-id, and no address of it. */
const known = { hostId, hostKey: key.public };
const silent = { host: "127.0.0.1", port: 1, user: "root", password: "lab" };
const moved =
  "Or it has another address by now, as after an `up` that changed the addressing of its Bridge, of whatever stack, or from DHCP: write that into connection.host.";

function closing(): Hosts & Disposable {
  const hosts = new Hosts();
  return Object.assign(hosts, { [Symbol.dispose]: () => hosts.close() });
}

describe("a host of the stack's that another stack gave another address", () => {
  test.each([
    ["nothing", "", ""],
    ["another name", `192.0.2.101 ${key.public}\n`, " known_hosts has its key for 192.0.2.101 too."],
    [
      "itself, another name and a pattern",
      `[127.0.0.1]:1,kvm1 ${key.public}\n192.0.2.1?? ${key.public}\n`,
      " known_hosts has its key for kvm1 too.",
    ],
    ["it as revoked, and another key", `@revoked 192.0.2.101 ${key.public}\n192.0.2.102 ${keyPair().public}\n`, ""],
  ])("is told where its old address is dialled: known_hosts has %s", async (_, known_hosts, also) => {
    using _home = new Home({ known_hosts });
    using hosts = closing();
    await expect(hosts.reachFacts(silent, known)).rejects.toMatchObject({
      kind: "unreachable",
      message: `root@127.0.0.1:1: can't be reached over SSH at 127.0.0.1 port 1: the connection was refused: is sshd running, and is the port right?\n${moved}${also}`,
    });
  });

  test("one that the stack has nothing of yet is only told what is", async () => {
    using _home = new Home({ known_hosts: `192.0.2.101 ${key.public}\n` });
    using hosts = closing();
    await expect(hosts.reachFacts(silent)).rejects.toThrow(/is the port right\?$/);
  });

  test("is let in at its new one by the key that the state has", async () => {
    await using server = await host();
    using _home = new Home({ known_hosts: `192.0.2.100 ${key.public}\n` });
    using hosts = closing();
    await expect(hosts.reachFacts(server.plain, known)).resolves.toMatchObject({ facts: { machineId: hostId } });
  });

  test("where nothing is known of it, it is told by what name known_hosts has that key", async () => {
    await using server = await host();
    const salt = Buffer.alloc(20, 7);
    const hash = createHmac("sha1", salt).update("192.0.2.99").digest("base64");
    using _home = new Home({
      known_hosts: `192.0.2.100,kvm1 ${key.public}\n|1|${salt.toString("base64")}|${hash} ${key.public}\n`,
    });
    using hosts = closing();
    await expect(hosts.reachFacts(server.plain)).rejects.toMatchObject({
      kind: "hostKey",
      message: expect.stringMatching(
        /its host key SHA256:\S+ is not known here, but for 192\.0\.2\.100, kvm1, a hashed name in ~\/\.ssh\/known_hosts: was its address changed\?\nLog in once with ssh to check and keep it, or set connection\.hostKey/,
      ),
    });
  });
});
