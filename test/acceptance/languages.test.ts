import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chosen } from "../lab/chosen";
import { folders } from "../lab/folders";
import type { Host } from "../lab/host";
import { importAnew } from "../lab/importAnew";
import { importAll, importedProject } from "../lab/importedCode";
import { Lan } from "../lab/lan";
import { type LanguageProject, languageProject } from "../lab/languageProject";
import { npmProject } from "../lab/npmProject";
import { Pulumi } from "../lab/pulumi";
import { succeeds } from "../lab/succeeds";
import { YamlStack } from "../lab/yamlStack";

const languages = ["typescript", "yaml", "python", "go"] as const;

/** Its example in a folder, with its SDK or package as it is released. */
async function projectOf(language: (typeof languages)[number], folder: string): Promise<LanguageProject> {
  if (language !== "typescript") return languageProject(language, folder);
  return { directory: await npmProject(folder), env: {}, path: [] };
}

describe("the example of each language, with what is released for it", () => {
  let lan: Lan;
  let host: Host;
  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1" });
    await host.startGuest({ name: "web" });
    const ssh = join(folders.scratch(lan.id), "home/.ssh");
    await mkdir(ssh, { recursive: true });
    await writeFile(join(ssh, "id_ed25519"), lan.privateKey, { mode: 0o600 });
    await writeFile(join(ssh, "known_hosts"), host.knownHosts());
    await writeFile(join(ssh, "config"), `Host ${host.address}\n  User root\n`);
  }, 900_000);
  afterAll(() => lan?.[Symbol.asyncDispose]());

  /** Imports all that a stack has on the host into another one, and previews it by the code that the import prints. */
  const previewImported = async (language: (typeof languages)[number], pulumi: Pulumi) => {
    const { resources = [] } = (await pulumi.exportStack()).deployment;
    const at = host.address;
    const ids: Record<string, (outputs: Record<string, string>) => string> = {
      Bridge: ({ name }) => `${at}/${name}`,
      BridgeNetfilter: ({ bridge }) => `${at}/${bridge}`,
      Network: ({ name }) => `${at}/${name}`,
      Nic: ({ domain, macAddress }) => `${at}/${domain}/${macAddress}`,
    };
    const wanted = resources.flatMap(({ type, outputs }, index) => {
      const id = ids[String(type).replace("kvmnet:index:", "")];
      return id ? [{ type: String(type), name: `r${index}`, id: id(outputs as Record<string, string>) }] : [];
    });
    expect(wanted).toHaveLength(4);
    await using importer = await YamlStack.start(lan, [host]);
    const folder = join(folders.scratch(lan.id), `imported-${language}`);
    await mkdir(folder);
    const imported = await importAll(importer.pulumi, folder, wanted);
    const { directory, env, path, code } = await importedProject(language, folder, imported);
    expect(code).toMatch(/kvmnet(\.New|\.|:)BridgeNetfilter/);
    await using other = await Pulumi.init({
      ...{ place: lan.engine, directory, path },
      languages: language === "typescript" ? [] : [language],
      env: { HOME: join(folders.scratch(lan.id), "home"), SSH_AUTH_SOCK: undefined, ...env },
    });
    await other.importState(imported.state);
    await succeeds(other.preview({ args: ["--diff", "--expect-no-changes"] }));
  };

  it.each(chosen(languages, 2, "languages"))(
    "%s: preview, up, no changes, import, destroy",
    async (language) => {
      const { directory, env, path } = await projectOf(language, folders.scratch(lan.id));
      const home = join(folders.scratch(lan.id), "home");
      await using pulumi = await Pulumi.init({
        place: lan.engine,
        directory,
        languages: language === "typescript" ? [] : [language],
        env: { HOME: home, SSH_AUTH_SOCK: undefined, ...env },
        path,
      });
      await pulumi.setConfig("host", host.address);
      if (language === "typescript") await pulumi.setConfig("vms[0]", "web", { path: true });

      const preview = await succeeds(pulumi.preview());
      expect(preview).toMatch(/\+ 8 to create/);
      expect(preview).toContain("move from enp1s0 to br0");
      await succeeds(pulumi.up());
      const outputs = await pulumi.outputs();
      expect(outputs.hostAddresses).toEqual([`${host.address}/24`]);
      expect([outputs.vmAddresses].flat(2)).toEqual([expect.stringMatching(/^192\.0\.2\./)]);
      await succeeds(pulumi.preview({ args: ["--expect-no-changes"] }));
      await importAnew(pulumi, host.address);
      await succeeds(pulumi.up({ args: ["--expect-no-changes"] }));
      await previewImported(language, pulumi);
      await succeeds(pulumi.destroy());
      expect(await host.must(["ip", "-o", "link"])).not.toContain(" br0:");
    },
    600_000,
  );
});
