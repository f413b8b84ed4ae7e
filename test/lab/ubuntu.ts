import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "./command";
import { image } from "./image";

/** Ubuntu 22.04, 24.04 and 26.04. */
export const ubuntus = ["jammy", "noble", "resolute"] as const;
export type Ubuntu = (typeof ubuntus)[number];

export const isUbuntu = (release: string): release is Ubuntu => ubuntus.some((one) => one === release);

const archive = "http://archive.ubuntu.com/ubuntu";

/** The keys of Ubuntu's archive, which Debian has in no package: Ubuntu's own, by its checksum. */
const keys = {
  url: `${archive}/pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb`,
  sha256: "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8",
};

const fetchKeys = `
cd "$1"
/usr/lib/apt/apt-helper -q download-file "$2" keys.deb "SHA256:$3"
dpkg-deb --extract keys.deb extracted
`;

/** The `deb` lines of a release of Ubuntu's, as its installer writes them. */
export async function ubuntuMirrors(release: Ubuntu): Promise<string[]> {
  const { folder } = await image("ubuntu-keyring", keys, async (target) => {
    await must(["sh", "-euc", fetchKeys, "sh", target, keys.url, keys.sha256]);
    await copyFile(
      join(target, "extracted/usr/share/keyrings/ubuntu-archive-keyring.gpg"),
      join(target, "keyring.gpg"),
    );
  });
  const options = `[signed-by=${join(folder, "keyring.gpg")}]`;
  return [
    ...[release, `${release}-updates`].map((suite) => `deb ${options} ${archive} ${suite} main universe`),
    `deb ${options} http://security.ubuntu.com/ubuntu ${release}-security main universe`,
  ];
}
