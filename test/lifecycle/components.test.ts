import { SimulatedHost } from "./host/simulatedHost";
import { SimulatedStack } from "./simulatedStack";

const output = (of: string) => `\${${of}}`;

test("components are made for a program in YAML, and hide of a connection what is secret alone", async () => {
  await using host = await SimulatedHost.start();
  host.libvirt.define("web");
  await using running = await SimulatedStack.start();
  const { stack } = running;
  const on = (component: string) => ({ connection: output(`${component}.connection`) });
  const program = {
    resources: {
      kvm1: { type: "kvmnet:HostBridge", properties: { connection: host.connection } },
      lan: { type: "kvmnet:BridgeNetwork", properties: { bridge: output("kvm1.name"), ...on("kvm1") } },
      web: {
        type: "kvmnet:VmNic",
        properties: {
          ...{ network: output("lan.name"), ...on("lan"), domain: "web", waitForAddress: 0 },
          guestLogin: { user: "debian", password: "hunter2" },
        },
      },
    },
    outputs: { name: output("lan.name"), mac: output("web.macAddress") },
  };

  const { web, ...others } = program.resources;
  const wrong = { ...web, properties: { ...web.properties, bridge: "br0" } };
  const refused = await stack.unchanged({ resources: { ...others, web: wrong } });
  expect(refused.said).toContain('VmNic "web": bridge: and `network` are both given');
  expect(refused.said).not.toContain("EOF");

  const preview = await stack.preview(program);
  expect(preview).toMatch(/\+ 8 to create/);
  // Of a component's own children: between components, a language's host makes a secret of the whole.
  const connections = [...preview.matchAll(/connection *: \{([^}]*)\}/g)].map(([, text = ""]) => text);
  expect(connections.length).toBeGreaterThanOrEqual(2);
  for (const text of connections) {
    expect(text).toMatch(/host *: "127\.0\.0\.1"/);
    expect(text).toMatch(/privateKey *: \[secret\]/);
  }
  await stack.up();
  expect(await stack.pulumi.outputs()).toEqual({ name: "lan", mac: expect.stringMatching(/^52:54:00:/) });
  expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
  const state = JSON.stringify((await stack.pulumi.exportStack()).deployment);
  expect(state).not.toContain("PRIVATE KEY");
  expect(state).not.toContain("hunter2");

  expect((await stack.pulumi.destroy()).code).toBe(0);
  expect(host.libvirt.networks).toEqual([]);
});
