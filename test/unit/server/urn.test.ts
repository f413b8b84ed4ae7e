import { partsOfUrn } from "../../../provider/schema/urn";

it.each([
  ["urn:pulumi:dev::homelab::kvmnet:index:Bridge::kvm1", "kvmnet:index:Bridge", "kvm1"],
  ["urn:pulumi:dev::homelab::kvmnet:index:HostBridge$kvmnet:index:Bridge::kvm1", "kvmnet:index:Bridge", "kvm1"],
  ["urn:pulumi:dev::homelab::kvmnet:index:Nic::rack::two::web", "kvmnet:index:Nic", "rack::two::web"],
])("The project, the type and the name of %s", (urn, type, name) => {
  expect(partsOfUrn(urn)).toEqual({ project: "homelab", type, name });
});
