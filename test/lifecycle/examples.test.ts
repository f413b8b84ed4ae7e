import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { SimulatedHost } from "./host/simulatedHost";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const { resources, functions } = JSON.parse(readFileSync(resolve(__dirname, "../../provider/schema.json"), "utf8"));
const examples = Object.entries<{ description: string }>({ ...resources, ...functions }).map(
  ([token, { description }]) => [token, parse(/```yaml\n(.*?)```/s.exec(description)?.[1] ?? "")] as const,
);

describe("what the schema shows in YAML, on a host with br0, a network lan and a VM web on it, or for a bridge on a bare one", () => {
  let host: SimulatedHost;
  let bare: SimulatedHost;
  let running: SimulatedStack;
  let onBare: SimulatedStack;
  let maker: SimulatedStack;
  beforeAll(async () => {
    [host, bare] = await Promise.all([SimulatedHost.start(), SimulatedHost.start()]);
    host.libvirt.define("web");
    maker = await SimulatedStack.start(host);
    running = await SimulatedStack.start(host);
    onBare = await SimulatedStack.start(bare);
    const connection = { host: "kvm1.example" };
    await maker.stack.up({
      resources: {
        br: { type: "kvmnet:Bridge", properties: { connection } },
        lan: { type: "kvmnet:Network", properties: { connection, name: "lan", bridge: "$" + "{br.name}" } },
        there: {
          type: "kvmnet:Nic",
          properties: { connection, domain: "web", network: "$" + "{lan.name}", waitForAddress: 0 },
        },
      },
    });
  }, 5 * minutes);
  afterAll(async () => {
    for (const one of [maker, running, onBare, host, bare]) await one?.[Symbol.asyncDispose]();
  });

  test.each(examples)("%s can be previewed", async (token, program) => {
    const outputs = program.variables && { answer: "$" + "{answer}" };
    await (token.endsWith("Bridge") ? onBare : running).stack.preview({ ...program, outputs });
  });
});
