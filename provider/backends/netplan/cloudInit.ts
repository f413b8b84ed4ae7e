import type { Facts } from "../../host/facts/facts";
import type { BridgeRecord } from "../../host/facts/records";
import { findUnreadable } from "../../host/facts/unreadable";

/** What cloud-init's renderers for netplan and ifupdown write, at an instance's first boot and, with some data sources, at each. */
const isCloudInits = (path: string) => /\/50-cloud-init(\.yaml|\.cfg)?$/.test(path);

export const cloudConfigPath = "/etc/cloud/cloud.cfg.d/99-kvmnet-disable-network-config.cfg";

const text = "# Written by kvmnet: it has changed what cloud-init would write anew.\nnetwork: {config: disabled}\n";

/**
 * What keeps cloud-init from writing its file anew (its doc "Network configuration", "Disabling network configuration"),
 * where that is among the `changed` ones. One that the user has switched off already is left as it is.
 */
export function withoutCloudInit(facts: Facts, changed: Iterable<string>): Record<string, string> {
  const concerned = [...changed].some(isCloudInits);
  return concerned && (facts.cloudInit || facts.cloudConfig.has(cloudConfigPath)) ? { [cloudConfigPath]: text } : {};
}

/** Whether cloud-init may have the network again once a bridge is gone: no other one was made of its file. */
export function cloudInitGoesOn(facts: Facts, bridge: string): boolean {
  const changed = ({ previousConfig, found }: BridgeRecord) => [
    ...Object.keys(previousConfig),
    ...(found?.files ?? []),
  ];
  // One that can't be read may be.
  if (findUnreadable(facts, "records").length > 0) return false;
  return ![...facts.records].some(([name, record]) => name !== bridge && changed(record).some(isCloudInits));
}
