import { succeeds } from "../lab/succeeds";
import { identities, kept, owners } from "./identities";
import type { Properties } from "./program";
import { each, saidOf } from "./refactoringTable";
import { startThings, things } from "./things";

const minutes = 60_000;

/** A state as one makes that of another stack with sed. */
const renameIn = (state: string) =>
  state.replaceAll("urn:pulumi:lab::", "urn:pulumi:copy::").replaceAll("homelab-lab", "homelab-copy");

test(
  "the record of each kind of thing has an owner's ID, whose it is in words, and since when",
  async () => {
    await using scene = await startThings();
    const { host, pulumi } = scene;
    const list = "cat /var/lib/kvmnet/bridges/*.json /var/lib/kvmnet/n*/*.json /var/lib/kvmnet/*/*/owner.json";
    const records = (await host.must(["sh", "-c", list])).trim().split("\n");
    const { deployment } = await pulumi.exportStack();
    expect(records).toHaveLength(kept.length);
    for (const text of records) {
      const { owner, ownerId, project, stack, made } = JSON.parse(text);
      const state = deployment.resources?.find(({ urn }) => urn === owner)?.outputs as Properties;
      expect(state).toMatchObject({ ownerId, ownerUrn: owner });
      expect([project, stack, typeof ownerId]).toEqual(["homelab", "lab", "string"]);
      expect(Math.abs(Date.now() - Date.parse(made))).toBeLessThan(5 * minutes);
    }
  },
  5 * minutes,
);

test(
  "a bridge whose record is gone, and that is not as the state says, is imported",
  async () => {
    await using scene = await startThings(["br"]);
    const { host, stack, pulumi, before } = scene;
    const file = "/etc/netplan/80-kvmnet-br0.yaml";
    const text = host.readFile(file).replace("stp: false", "stp: true");
    expect(text).toMatch("stp: true");
    host.writeFile(file, text);
    await host.must(["sh", "-c", "rm -r /var/lib/kvmnet/bridges; ip link set dev br0 type bridge stp_state 1"]);
    const { code, stdout } = await pulumi.up();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(
      /the host's record of whose the bridge br0 is is gone, and it is not as the state says: .*stp/i,
    );
    expect((await pulumi.destroy()).code).not.toBe(0);
    expect(await identities(host)).toEqual(before);
    expect(host.readFile(file)).toBe(text);

    // Also by who has forgotten it, and imports it first.
    const told = stdout.replaceAll(/\n */g, " ");
    const [, urn = "", move = "", id = ""] =
      /pulumi state delete '(\S+)', (mv \S+ \S+) on the host, then pulumi import kvmnet:index:Bridge 'br' (\S+)/.exec(
        told,
      ) ?? [];
    await pulumi.must(["state", "delete", urn, "--yes", "--stack", pulumi.stack]);
    await stack.say({ resources: {} });
    const early = await stack.import("kvmnet:index:Bridge", "br", id);
    expect(early.code).not.toBe(0);
    expect(early.stdout).toMatch(`make the file yours first: ${move}`);
    await host.must(["sh", "-c", move]);
    await succeeds(stack.import("kvmnet:index:Bridge", "br", id));
    await stack.up(things({ br: { stp: true, forwardDelay: 4 } }, ["br"]));
    expect(await identities(host)).toEqual(before);
    expect(await owners(host)).toEqual({ Bridge: "lab/br" });
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
  },
  5 * minutes,
);

test(
  "a state from before a destroy makes all anew; one from before all was made anew is told what to do, and nothing is lost",
  async () => {
    await using scene = await startThings();
    const { host, stack, pulumi, before } = scene;
    const backup = await pulumi.exportState();
    await succeeds(pulumi.destroy());
    await pulumi.importState(backup);
    expect(saidOf(await succeeds(pulumi.preview({ args: ["--diff"] })))).toEqual(each("+ create, ~ refresh"));
    await succeeds(pulumi.up());
    const anew = await identities(host);
    expect(Object.values(anew)).not.toContain("");
    expect(anew.br).not.toBe(before.br);

    // The host has other IDs by now than this state.
    await pulumi.importState(backup);
    const { code, stdout } = await pulumi.preview();
    expect(code).toBe(0);
    const told = stdout.replaceAll(/\n */g, " ");
    expect(told).toMatch(/has another owner ID on record than this state has: it is left as it is/);
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual(anew);

    await pulumi.importState(backup);
    await stack.say({ resources: {} });
    const ways = [...told.matchAll(/pulumi state delete '(\S+)', then pulumi import (\S+) '(\w+)' (\S+)/g)];
    const once = new Map(ways.map(([, urn = "", ...import_]) => [urn, import_]));
    expect(once.size).toBe(kept.length);
    await pulumi.must(["state", "delete", "--all", "--yes", "--stack", pulumi.stack]);
    for (const [type = "", name = "", id = ""] of once.values()) await succeeds(stack.import(type, name, id));
    await stack.up(things());
    expect(await identities(host)).toEqual(anew);
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
    expect(await owners(host)).toEqual({});
  },
  10 * minutes,
);

test(
  "of a stack and its copy, both used, the old one has all, and the copy is told, changes and deletes nothing",
  async () => {
    await using scene = await startThings();
    const { host, stack, pulumi, before } = scene;
    const copy = await pulumi.on("copy");
    const state = await pulumi.exportState();
    const force = ["stack", "import", "--force", "--stack", copy.stack];
    const changes = {
      br: { mtu: 1400 },
      filter: { mode: "bypass" },
      lan: { autostart: false },
      tap: { owner: "alice" },
    };
    await stack.say(things({ ...changes, nic: { linkState: "down" } }));
    // Under the old one's names, all of it is new to Pulumi.
    await copy.must(force, { input: state });
    const forced = await copy.up({ args: ["--continue-on-error"] });
    expect(forced.code).not.toBe(0);
    expect(forced.stdout).toMatch(/the bridge br0 belongs to the Bridge "br" of the stack lab /);
    expect(await identities(host)).toEqual(before);

    await copy.must(force, { input: renameIn(state) });
    const { code, stdout } = await copy.up({ args: ["--continue-on-error"] });
    expect(code).not.toBe(0);
    const told = /belongs to .*"(\w+)" of the stack lab /g;
    expect(new Set([...stdout.matchAll(told)].map(([, name]) => name))).toEqual(new Set(kept));
    await succeeds(copy.destroy());
    expect(await identities(host)).toEqual(before);
    expect(new Set(Object.values(await owners(host)).map((one) => one.split("/")[0]))).toEqual(new Set(["lab"]));
    await stack.say(things());
    await succeeds(pulumi.preview({ args: ["--expect-no-changes"] }));
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);
