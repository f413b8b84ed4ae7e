import { findDomain, libvirtOf, namesOf } from "../../plan/libvirt/find";
import { findAddresses } from "../../resources/nic/addresses";
import { type HostFunction, WrongArgument } from "../function";
import { type GetNicInputs, type GetNicResult, getNic } from "./definition";
import { findNic, nicResult } from "./model";

export const getNicFunction: HostFunction<GetNicInputs, GetNicResult> = {
  definition: getNic,

  async call({ hosts, signal }, inputs) {
    const { host, facts } = await hosts.reachFacts(inputs.connection, { signal, fresh: true });
    const libvirt = libvirtOf(facts, host.label);
    const domain = findDomain(libvirt, inputs.domain);
    if (!domain)
      throw new WrongArgument("domain", `${host.label}: there is no VM ${inputs.domain}; ${namesOf(libvirt.domains)}`);
    const nic = findNic(domain, inputs, host.label);
    const result = nicResult(facts, nic);
    if (!result.live || result.linkState === "down" || domain.paused || inputs.waitForAddress === 0) return result;
    const { macAddress, bridge } = result;
    const one = {
      domainId: domain.uuid,
      macAddress,
      link: bridge ?? result.device,
      direct: result.device !== undefined,
    };
    const ipAddresses = await findAddresses(host, facts, one, { seconds: inputs.waitForAddress, signal });
    return { ...result, ipAddresses };
  },
};
