import type { Settings } from "./settings";
import { UnsupportedSetting } from "./unsupportedSetting";

const off = /^(no|none|false)$/i;

export const isOff = (value: string): boolean => off.test(value);

/** How one gets there. */
const wayThere = ["ProxyUseFdpass", "CanonicalizeHostname", "KnownHostsCommand", "VerifyHostKeyDNS"];
/** How one logs in: of no interest where the connection has a key or a password of its own. */
const login = ["PKCS11Provider", "HostbasedAuthentication", "GSSAPIAuthentication"];

/** What kvmnet does without, and so can be told to do without. */
export const canBeOff: readonly string[] = [...wayThere, ...login];

/** @throws UnsupportedSetting for the first one that is met and not off */
export function refuseUnsupported(
  settings: Settings,
  { ownLogin, ownProxy }: { ownLogin: boolean; ownProxy: boolean },
) {
  for (const name of [...wayThere, ...(ownLogin ? [] : login)]) {
    const value = settings.text(name);
    const file = settings.fileOf(name);
    if (value === undefined || off.test(value) || (ownProxy && name.startsWith("Proxy"))) continue;
    // Debian's own file has it on; there it is one way of several, that is tried and left.
    if (name === "GSSAPIAuthentication" && file?.startsWith("/etc/")) continue;
    throw new UnsupportedSetting(name, file);
  }
}
