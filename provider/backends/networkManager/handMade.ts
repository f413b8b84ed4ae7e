import { type Facts, fixedPorts, linkNamed } from "../../host/facts/facts";
import {
  isExternal,
  isForNic,
  isKeyfile,
  isMadeByNetplan,
  portProfiles,
} from "../../host/facts/inNetworkManagersWords";
import { keyfileSections, valueIn } from "../../host/facts/keyfile";
import type { Link } from "../../host/facts/links";
import { Refusal } from "../../schema/refusal";
import type { Handling } from "../backend";
import type { NetplanDefinition } from "../entry/definition";
import { candidatesFor, comesUpTogether } from "./atBoot";
import { isOwn } from "./paths";
import { profilesNow, uuidOf } from "./profiles";

/** The profiles of a bridge that a hand has made: its own, and its port's. */
interface HandMade {
  readonly bridge: string;
  /** Undefined: the NIC is a port by no profile. */
  readonly port: string | undefined;
}

/** Whether a profile is there at the next boot. */
const isKept = (path: string) => isKeyfile(path) && (!path.startsWith("/run/") || isMadeByNetplan(path));

export function profilesByHand(facts: Facts, { id: name, places }: NetplanDefinition, uplink: Link): HandMade {
  const [{ path: bridge = "" } = {}] = places;
  const all = portProfiles(name, facts.keyfiles.get(bridge) ?? "", facts);
  const now = facts.profiles.get(uplink.name)?.path;
  const fitting = all.filter((path) => isForNic(keyfileSections(facts.keyfiles.get(path) ?? ""), uplink));
  return { bridge, port: all.find((path) => path === now) ?? fitting[0] };
}

/** Such a bridge stays NetworkManager's by these. */
export function byProfiles(facts: Facts, bridge: NetplanDefinition, uplink: Link): Handling {
  const { bridge: path, port = "" } = profilesByHand(facts, bridge, uplink);
  const profileLine = (name: string, one: string) => `${name} ${uuidOf(facts, one)}`;
  return {
    owner: "NetworkManager",
    unit: path,
    portUnit: port,
    planTakeOver: () => ({
      keepOnApply: [profileLine(bridge.id, path), profileLine(uplink.name, port)],
      keepOnRollback: profilesNow(facts, [bridge.id, uplink.name]),
    }),
  };
}

/** Profiles of the user's that are to make a bridge of that name. */
export function profilesThatMake({ keyfiles }: Pick<Facts, "keyfiles">, name: string): string[] {
  return [...keyfiles].flatMap(([path, text]) => {
    const sections = keyfileSections(text);
    const keyValue = (key: string) => valueIn(sections, "connection", key);
    const isMeant = keyValue("type") === "bridge" && keyValue("interface-name") === name;
    return isMeant && isKept(path) && !isOwn(path) && !isExternal(sections) ? [path] : [];
  });
}

/** @throws Refusal of ports that kvmnet does not know of such a bridge, whatever they are on */
export function refusePorts(facts: Facts, { id: name, places }: NetplanDefinition): void {
  const other = fixedPorts(facts, name).find(({ kind }) => kind !== undefined && kind !== "veth");
  if (other)
    throw new Refusal(
      `name: ${name} is NetworkManager's by ${places.map(({ path }) => path).join(", ")}, and has the port ${other.name}, which is no NIC (${other.kind}): for now kvmnet takes over those on a NIC alone. Take another name.`,
    );
}

/** @throws Refusal of a bridge that would not be there again, or not on its NIC, after a restart of the host */
export function refuseUnkept(facts: Facts, bridge: NetplanDefinition, uplink: Link): void {
  const { id: name } = bridge;
  const { bridge: path, port } = profilesByHand(facts, bridge, uplink);
  const [ofBridge, ofPort] = [path, port].map((one) => keyfileSections(facts.keyfiles.get(one ?? "") ?? ""));
  if (port === undefined)
    throw new Refusal(
      `name: ${name} is NetworkManager's by ${path}, and no profile makes ${uplink.name} its port: a restart of the host would take ${uplink.name} out of it. Write one: nmcli connection add type ethernet con-name ${name}-port ifname ${uplink.name} master ${name} slave-type bridge.`,
    );
  for (const one of [path, port]) {
    const id = uuidOf(facts, one);
    if (!isKept(one))
      throw new Refusal(
        `name: ${name} is NetworkManager's by ${one}, which is gone with a restart of the host. Keep it on disk: nmcli connection modify ${id} connection.autoconnect yes.`,
      );
  }
  if (!comesUpTogether(ofBridge ?? [], ofPort ?? []))
    throw new Refusal(
      `name: ${port} has ${uplink.name} come up by hand alone (autoconnect, permissions), and ${path} does not bring it up: after a restart of the host ${uplink.name} would not be in ${name}. Run nmcli connection modify ${uuidOf(facts, port)} connection.autoconnect yes connection.permissions "".`,
    );
  refuseRival(facts, name, path);
  refuseRival(facts, uplink.name, port);
}

function refuseRival(facts: Facts, name: string, path: string): void {
  const link = linkNamed(facts, name);
  const own = Number(
    valueIn(keyfileSections(facts.keyfiles.get(path) ?? ""), "connection", "autoconnect-priority") ?? 0,
  );
  const [first] = link ? candidatesFor(facts, link) : [];
  if (first !== undefined && first.path !== path && first.priority > own)
    throw new Refusal(
      `name: ${first.path} is for ${name} too, with autoconnect-priority=${first.priority}: after a restart NetworkManager would take it rather than ${path}. Write a lower one there, or take it away.`,
    );
}
