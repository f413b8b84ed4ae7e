import { deepStrictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { answer, SshServer } from "../../../unit/support/sshServer";
import { Caller, secret } from "../caller";
import { FakeEngine } from "../fakeEngine";
import resources from "./resources.json";

/**
 * What facts.sh printed on a host of the lab after bench/programs/job.js; resources.json is of that stack's state, without
 * the connections. Where the plugin wants to know more of a host than this, both are to be recorded anew (`make lab`).
 */
const host = readFileSync(join(__dirname, "host.txt"));

/** What the engine asks of a plugin in a preview of a host that is as the program wants it; how often that was asked. */
export async function preview(port: number): Promise<{ logins: number; reads: number }> {
  let reads = 0;
  await using server = await SshServer.start({
    onExec: (channel) => {
      reads += 1;
      answer(host)(channel);
    },
  });
  await using engine = await FakeEngine.start();
  const { privateKey, ...open } = server.connection;
  const connection = { ...open, privateKey: secret(privateKey) };
  const caller = new Caller(port);
  try {
    await caller.handshake(engine.address);
    await caller.checkConfig({});
    await caller.configure();
    const all = resources.map((one) => caller.read({ ...one, inputs: { ...one.inputs, connection } }));
    for (const [index, { id, inputs, properties }] of (await Promise.all(all)).entries()) {
      const { urn, ...had } = resources[index] as (typeof resources)[number];
      const { inputs: news } = await caller.check(inputs, urn);
      const { changes } = await caller.diff({ urn, oldInputs: inputs, olds: properties, news });
      // A plugin that says that all of it is gone, say, has run little of its code.
      deepStrictEqual({ id, drift: properties.drift, changes }, { id: had.id, drift: [], changes: false });
    }
    deepStrictEqual(engine.said, []);
    return { logins: server.logins, reads };
  } finally {
    caller.close();
  }
}
