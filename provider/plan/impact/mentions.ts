import { isOfIfupdown } from "../ifupdown/owner";
import type { Impact, Look } from "./impact";

/** Files that mean the piece of hardware, or of which kvmnet itself sees to what they say of a link. */
const meansNic =
  /^\/etc\/(systemd\/network|udev|sysctl\.d|libvirt\/qemu|init\.d|network\/run|iproute2|cloud)\/|^\/etc\/sysctl\.conf$|kvmnet|~$|\.(bak|old|orig|dpkg-\w+)$/;

/** Configuration of services and units that names a link, and not the one that comes in its place. */
export const namedInFiles: Look = (facts, { gone, heir }) => {
  const isEdited = (path: string) => facts.interfaces.has(path) && [gone, heir].some((one) => isOfIfupdown(facts, one));
  const mentions = facts.mentions.filter(({ path }) => !isEdited(path));
  const both = new Set(mentions.filter(({ link }) => link === heir).map(({ path }) => path));
  return mentions
    .filter(({ link, path }) => link === gone && !both.has(path) && !meansNic.test(path))
    .map(
      ({ path }): Impact => ({
        name: `file:${path}:${gone}`,
        says: `${path} names ${gone}, whose addresses and traffic are ${heir}'s then`,
        remedy: `Name ${heir} there too`,
        verdict: "refused",
      }),
    );
};
