import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { wayTo } from "../../../components/guestConnection";
import type { ConnectionArgs } from "../../../components/resources";
import { VmNic } from "../../../index";
import { FakeEngine, resolved } from "../support/engine";

const connection = {
  host: "kvm1.example",
  user: "root",
  privateKey: "host's",
  sudo: true,
  hostKey: "ssh-ed25519 AAAA",
};
const nic = (outputs: object, more: object = {}) =>
  FakeEngine.start({ outputs: () => ({ ipAddresses: ["192.0.2.7"], ...outputs }) }).then(
    () => new VmNic("web", { network: "lan", domain: "web", connection: { ...connection, ...more } }),
  );

test("@pulumi/command takes what it gives, and kvmnet takes what @pulumi/command has", async () => {
  const web = await nic({});
  const guest: pulumi.Input<types.input.remote.ConnectionArgs> = web.guestConnection({ user: "debian" });
  const args = { host: "kvm1", proxy: { host: "bastion" } } as types.input.remote.ConnectionArgs;
  const ours: ConnectionArgs = args;
  expect(await resolved(guest as pulumi.Output<object>)).toMatchObject({ host: "192.0.2.7", user: "debian" });
  expect(ours).toBe(args);
});

test("the host is its proxy, with the fields that @pulumi/command knows, as a secret", async () => {
  const guest = (await nic({})).guestConnection({ user: "debian", privateKey: "guest's" });
  const { sudo: _, ...proxy } = connection;
  expect(await resolved(guest)).toEqual({ user: "debian", privateKey: "guest's", host: "192.0.2.7", proxy });
  expect(await pulumi.isSecret(guest)).toBe(true);
});

test("the proxy has the host's key as kvmnet verified it, unless the program has one", async () => {
  const verified = "ssh-ed25519 AAAAverified";
  const given = (await nic({ hostKey: verified })).guestConnection({ user: "debian" });
  expect(await resolved(given)).toMatchObject({ proxy: { hostKey: connection.hostKey } });
  const without = (await nic({ hostKey: verified }, { hostKey: undefined })).guestConnection({ user: "debian" });
  expect(await resolved(without)).toMatchObject({ proxy: { hostKey: verified } });
  const nobody = (await nic({}, { hostKey: undefined })).guestConnection({ user: "debian" });
  expect((await resolved(nobody)) as object).not.toHaveProperty("proxy.hostKey");
});

test.each([
  [[], {}, /VmNic "web": guestConnection: the guest's address is not known/],
  [["192.0.2.7"], { proxy: { host: "bastion" } }, /the host is behind a proxy itself/],
])("with the addresses %j and %j it says why it can't be had", (addresses, more, expected) => {
  expect(() => wayTo('VmNic "web"', { user: "debian" }, { ...connection, ...more }, addresses)).toThrow(expected);
});
