import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { folders } from "../lab/folders";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { languageProject } from "../lab/languageProject";
import { Pulumi } from "../lab/pulumi";
import { succeeds } from "../lab/succeeds";

describe("the examples in languages other than TypeScript, with the generated SDKs", () => {
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

  it.each(["yaml", "python", "go"] as const)(
    "%s: preview, up, no changes, destroy",
    async (language) => {
      const { directory, env, path } = await languageProject(language, folders.scratch(lan.id));
      const home = join(folders.scratch(lan.id), "home");
      await using pulumi = await Pulumi.init({
        place: lan.engine,
        directory,
        languages: [language],
        env: { HOME: home, SSH_AUTH_SOCK: undefined, ...env },
        path,
      });
      await pulumi.setConfig("host", host.address);

      const preview = await succeeds(pulumi.preview());
      expect(preview).toMatch(/\+ 8 to create/);
      expect(preview).toContain("move from enp1s0 to br0");
      await succeeds(pulumi.up());
      const outputs = await pulumi.outputs();
      expect(outputs.hostAddresses).toEqual([`${host.address}/24`]);
      expect(outputs.vmAddresses).toEqual([expect.stringMatching(/^192\.0\.2\./)]);
      await succeeds(pulumi.preview({ args: ["--expect-no-changes"] }));
      await succeeds(pulumi.destroy());
      expect(await host.must(["ip", "-o", "link"])).not.toContain(" br0:");
    },
    300_000,
  );
});
