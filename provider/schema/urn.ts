/** The parts of a resource's URN that a provider needs; a name may have "::" in it. */
export function partsOfUrn(urn: string): { project: string; type: string; name: string } {
  const [, project = "", types = "", ...name] = urn.slice("urn:pulumi:".length).split("::");
  return { project, type: types.split("$").at(-1) ?? "", name: name.join("::") };
}
