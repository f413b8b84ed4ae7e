import { words } from "../vocabulary";

/** Something in ~/.ssh/config that ssh does and kvmnet does not: said by name, as leaving it out would mean another host or key. */
export class UnsupportedSetting extends Error {
  override readonly name = "UnsupportedSetting";
  constructor(setting: string, file: string | undefined) {
    super(`${setting} in ${file ?? "~/.ssh/config"} is not supported by kvmnet.\n${words().doWithout}`);
  }
}
