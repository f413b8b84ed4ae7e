import type { Pulumi } from "./pulumi";

/** Has a stack forget the NIC of its VmNic, and import it by an ID that a person would type, to where it was. */
export async function importAnew(pulumi: Pulumi, host: string): Promise<void> {
  const { resources = [] } = (await pulumi.exportStack()).deployment;
  const nic = resources.find(({ type }) => type === "kvmnet:index:Nic");
  if (nic === undefined) throw new Error("the stack has no Nic");
  const { domain, macAddress } = nic.outputs as Record<string, string>;
  await pulumi.must(["state", "delete", String(nic.urn), "--yes", "--stack", pulumi.stack]);
  const from = ["kvmnet:index:Nic", "web", `${host}/${domain}/${macAddress}`, "--parent", `component=${nic.parent}`];
  // The pinned hosts of most languages print no code; test/lifecycle/importedCode has what theirs of today print.
  const plain = ["--yes", "--non-interactive", "--skip-preview", "--protect=false", "--generate-code=false"];
  await pulumi.must(["import", ...from, ...plain, "--stack", pulumi.stack]);
}
