import type { VmNic } from "../index";
import type { GuestCommandConfig } from "./config";

/**
 * A `remote.Command` in a guest, once its NIC is up; the way to it goes through the host. It is off unless the config
 * asks for it, and @pulumi/command is loaded then only: a program that loads it needs its plugin.
 */
export function guestCommand(name: string, nic: VmNic, { login, create, delete: remove }: GuestCommandConfig) {
  const { remote } = require("@pulumi/command") as typeof import("@pulumi/command");
  const connection = nic.guestConnection(login);
  return new remote.Command(name, { connection, create, ...(remove !== undefined && { delete: remove }) });
}
