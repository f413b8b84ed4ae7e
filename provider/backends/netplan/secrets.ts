import * as facts from "../../host/facts/withoutSecrets";
import { header } from "./bridgeFile";

/** A netplan file for people to look at; of its comments, kvmnet's own is shown. */
export const withoutSecrets = (text: string): string => facts.withoutSecrets(text, header);
