import type { Link } from "../../host/facts/links";

/** networkd's file for a link tells netplan's id, which need not be the link's name. */
export function netplanId(link: Link): string {
  return netplanIdOfUnit(link) ?? link.name;
}

/** The id whose definition networkd has the link from, where netplan wrote that file. */
export function netplanIdOfUnit({ networkFile }: Link): string | undefined {
  return /^\/run\/systemd\/network\/10-netplan-(.+)\.network$/.exec(networkFile ?? "")?.[1];
}
