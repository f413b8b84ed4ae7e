import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, owners } from "./identities";
import { aliased } from "./refactor";
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
      lan: { type: "kvmnet:BridgeNetwork", properties: { name: "lan", bridge: output("kvm1.name"), ...on("kvm1") } },
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
  const { network, ...placeless } = web.properties;
  const missing = await stack.unchanged({ resources: { ...others, web: { ...web, properties: placeless } } });
  expect(missing.said).toContain('VmNic "web": network: is missing: give a BridgeNetwork, or a name');

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

  // With aliases, all of a component comes along under its new name.
  const before = await identities(host);
  const text = JSON.stringify(program).replaceAll(/\$\{(\w+)\./g, (_, name) => `\${${name}2.`);
  const { resources, outputs } = JSON.parse(text);
  const renamed = Object.entries(resources as Record<string, object>).map(([name, one]) => [
    `${name}2`,
    { ...one, options: aliased(name) },
  ]);
  const said = await stack.up({ resources: Object.fromEntries(renamed), outputs });
  expect(said).not.toMatch(/created|deleted|replaced/);
  expect(await identities(host)).toEqual(before);
  expect(await owners(host)).toEqual({
    ...{ Bridge: "lab/kvm12", BridgeNetfilter: "lab/kvm12", Network: "lab/lan2", Nic: "lab/web2" },
  });
  expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
  await succeeds(stack.pulumi.destroy());
  expect(host.libvirt.networks).toEqual([]);
});
