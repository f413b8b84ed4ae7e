import { namesInOptions } from "../../backends/ifupdown/carried";
import { isOfIfupdown } from "../../backends/ifupdown/owner";
import { isKeyfile } from "../../host/facts/inNetworkManagersWords";
import type { Impact, Look } from "./impact";

/** Files that mean the piece of hardware, or of which kvmnet itself sees to what they say of a link. */
const hardwarePaths =
  /^\/etc\/(systemd\/network|udev|sysctl\.d|libvirt\/qemu|init\.d|network\/run|iproute2|cloud)\/|^\/etc\/sysctl\.conf$|kvmnet|~$|\.(bak|old|orig|dpkg-\w+)$/;

/** Configuration of services and units that names a link, and not the one that comes in its place. */
export const namedInFiles: Look = (facts, { gone, successor }) => {
  const isIfupdowns = [gone, successor].some((one) => isOfIfupdown(facts, one));
  const edited = new Map(isIfupdowns ? facts.interfaces : []);
  const both = new Set(facts.mentions.filter(({ link }) => link === successor).map(({ path }) => path));
  const isTold = (path: string) => {
    // The profile of the NIC itself, or of another time: kvmnet's comes before it.
    if (facts.keyfiles.has(path)) return false;
    // Nor is one that nobody reads, as NetworkManager does not run.
    if (facts.profiles.size === 0 && isKeyfile(path)) return false;
    const text = edited.get(path);
    return text === undefined ? !both.has(path) && !hardwarePaths.test(path) : namesInOptions(text, gone, successor);
  };
  return facts.mentions
    .filter(({ link, path }) => link === gone && isTold(path))
    .map(
      ({ path }): Impact => ({
        name: `file:${path}:${gone}`,
        says: `${path} names ${gone}, whose addresses and traffic are ${successor}'s then`,
        remedy: `Name ${successor} there too`,
        verdict: "refused",
      }),
    );
};
