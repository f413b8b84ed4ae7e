import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, parse } from "node:path";
import { version } from "../../package.json";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const records = join(__dirname, "../upgrade");
const versions = readdirSync(records).filter((name) => name.endsWith(".json"));
const record = process.env.KVMNET_RECORD === "1";

interface State {
  readonly deployment: {
    readonly resources: readonly { readonly urn: string; readonly outputs?: Record<string, unknown> }[];
  };
}

/** What one lab's host, network and VM are called by, and another one's are not. */
const identities = ["hostId", "uuid", "domainId", "macAddress", "tap", "ipAddresses"] as const;

/** The state of an earlier version, on this host. */
function onThisHost(recorded: string, present: State): string {
  const { resources }: State["deployment"] = JSON.parse(recorded).deployment;
  const names = resources.flatMap(({ urn, outputs = {} }) => {
    const now = present.deployment.resources.find((one) => one.urn === urn)?.outputs ?? {};
    return identities.flatMap((key) => {
      const [then, today] = [[outputs[key] ?? []].flat(), [now[key] ?? []].flat()];
      return then.map((value, index) => [String(value), String(today[index] ?? value)] as const);
    });
  });
  return names.reduce((text, [then, today]) => text.replaceAll(then, today), recorded);
}

/** A stack outlives the version that made it. */
describe("an upgrade", () => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release: "bookworm", addressing: { address: "192.0.2.100/24" } });
    await host.startGuest({ name: "web" });
    stack = await HomelabStack.start({
      lan,
      hosts: [host],
      config: {
        hosts: { kvm1: { bridge: { name: "br0" }, networks: { lan: {} } } },
        vms: { web: { host: "kvm1", nics: { lan: { network: "lan" } } } },
      },
    });
    await succeeds(stack.up());
    if (record) writeFileSync(join(records, `${version}.json`), await stack.exportState());
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  test.each(versions.map((name) => parse(name).name))(
    "from %s replaces nothing, and leaves alone what is as wanted",
    async (earlier) => {
      const recorded = readFileSync(join(records, `${earlier}.json`), "utf8");
      const state = onThisHost(recorded, JSON.parse(await stack.exportState()));
      // The test itself: nothing of the other host's is left in it.
      const ids = (text: string) => text.match(/"hostId": "[^"]+"/g);
      expect(new Set(ids(state))).toEqual(new Set([`"hostId": "${(await host.readFile("/etc/machine-id")).trim()}"`]));
      await stack.importState(state);
      await succeeds(stack.preview(["--diff", "--expect-no-changes"]));
      await succeeds(stack.up(["--expect-no-changes"]));
      await stack.importState(state);
      await succeeds(stack.destroy());
      expect(await host.addresses()).toMatch(/^enp1s0 +UP +192\.0\.2\.100\/24 *$/m);
      await succeeds(stack.up());
    },
    300 * seconds,
  );
});
