import type { Hosts } from "../provider/host/hosts";
import { PasswordNeeded } from "../provider/host/ssh/sudo";
import type { Connection } from "../provider/schema/connection";
import { askSecret, canAsk } from "./terminal";

/** As often as sudo itself asks, sudoers(5) passwd_tries. */
const most = 3;

/** A connection by which commands are root's: where sudo asks for a password, whoever sits at the terminal is asked for it. */
export async function becomeRoot(hosts: Hosts, connection: Connection): Promise<Connection> {
  if (connection.sudo !== true) return connection;
  let tried = connection;
  for (let asked = 0; ; asked += 1) {
    try {
      const host = await hosts.reach(tried);
      await host.exec(["true"], { purpose: "become root" });
      return tried;
    } catch (error) {
      if (!(error instanceof PasswordNeeded) || !canAsk() || asked === most) throw error;
      const again = asked === 0 ? "" : "That was not it. ";
      const password = await askSecret(`${again}The password of ${error.user} for sudo on ${error.host}: `);
      tried = { ...connection, sudo: { password } };
    }
  }
}
