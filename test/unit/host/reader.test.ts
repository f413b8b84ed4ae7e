import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withState } from "../../../provider/host/facts/asReader";
import { Hosts } from "../../../provider/host/hosts";
import { findDomain, libvirtOf } from "../../../provider/plan/libvirt/find";
import { bridge } from "../../../provider/resources/bridge/definition";
import { planBridge } from "../../../provider/resources/bridge/plan";
import { markedNic } from "../../../provider/resources/nic/model";
import { nicOf } from "../../../provider/resources/nic/nicOf";
import { recordedHost } from "../support/recordedHosts";
import { answer, SshServer } from "../support/sshServer";

const connection = { host: "kvm1" };
const mac = "52:54:00:00:00:01";

/** A recorded host as one who is not root gets it. */
async function read(differs: Parameters<typeof recordedHost>[1], { asReader }: { asReader: boolean }) {
  const said = recordedHost("bridged", { uid: "1000", ...differs });
  await using server = await SshServer.start({ onExec: answer(said) });
  const told: string[] = [];
  const hosts = new Hosts((words) => told.push(words));
  try {
    const { facts } = await hosts.reachFacts(server.connection, { asReader });
    await hosts.reachFacts(server.connection, { asReader });
    return { facts, told };
  } finally {
    hosts.close();
  }
}

const hidden = { nft: { exitCode: 1, text: "" }, "record:/var/lib/kvmnet/bridges/br0.json": null };

test("who is not root works on no host", async () => {
  await expect(read({}, { asReader: false })).rejects.toMatchObject({ kind: "notRoot" });
});

describe("who only looks", () => {
  it("is told once what only root can read, and all else is there", async () => {
    const { facts, told } = await read(hidden, { asReader: true });
    expect(told).toEqual([
      expect.stringMatching(/^root@127\.0\.0\.1:\d+: this look is not root's:\n( {2}.* root's alone\n){4}What/),
    ]);
    const [, ...lines] = told.join("").split("\n");
    const page = readFileSync(join(__dirname, "../../../docs/preview.md"), "utf8");
    expect(page).toContain(`this look is not root's:\n${lines.join("\n")}\n`);
    expect(facts.links.map(({ name }) => name)).toContain("br0");
    expect(facts.libvirt?.silent).toBe(false);
  });

  it("gets no plan of a bridge from what is hidden", async () => {
    const { facts } = await read(hidden, { asReader: true });
    const inputs = bridge.inputs.parse({ connection });
    expect(() => planBridge(facts, inputs, "urn:x::br")).toThrow(/can't be read: that is root's alone\.$/);
  });

  it("is not told that libvirt has nothing where it may not ask it", async () => {
    const { facts } = await read({ ...hidden, libvirt: { exitCode: 1, text: "" } }, { asReader: true });
    expect(() => findDomain(libvirtOf(facts, "kvm1"), "web")).toThrow(/libvirt's domains can't be read/);
  });

  it("goes by the state for whose a thing is, and where there is none by nothing", async () => {
    const { facts } = await read(hidden, { asReader: true });
    const nic = { mac, type: "bridge", network: undefined, bridge: "br0", device: undefined, model: "virtio" };
    const live = { ...nic, tap: undefined, linkState: "up" as const, element: {} };
    const found = nicOf({ name: "web", uuid: "w", running: false, live: [], inactive: [live] }, mac);
    expect(() => markedNic(facts, found, mac, connection)).toThrow("kvmnet's records");
    expect(markedNic(withState(facts), found, mac, connection).mark).toBeUndefined();
  });
});
