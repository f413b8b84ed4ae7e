import type { HostFunction } from "../function";
import { type GetHostInputs, type GetHostResult, getHost } from "./definition";
import { hostOf } from "./model";

export const getHostFunction: HostFunction<GetHostInputs, GetHostResult> = {
  definition: getHost,

  async call({ hosts, signal }, { connection }) {
    const { facts } = await hosts.reachFacts(connection, { signal, fresh: true });
    return hostOf(facts);
  },
};
