import { sentences } from "../../plan/diagnose/finding";
import type { HostFunction } from "../function";
import { type DiagnoseInputs, type DiagnoseResult, diagnose } from "./definition";
import { examine } from "./examine";
import { tryBridges } from "./tryBridges";

export const diagnoseFunction: HostFunction<DiagnoseInputs, DiagnoseResult> = {
  definition: diagnose,

  async call({ hosts, signal }, { connection, failOn, listen, selfTest }) {
    const { host, facts, findings: seen } = await examine(hosts, connection, { seconds: listen, signal });
    const asked = selfTest === true ? {} : selfTest;
    // Under the host's lock: nothing else changes its links meanwhile.
    const tried = asked
      ? await hosts.exclusive(facts.machineId, signal, () => tryBridges(host, facts, asked, signal))
      : [];
    const findings = [...seen, ...tried.flatMap((one) => one.findings)];
    const bad = findings.filter(({ severity }) => failOn === "warning" || severity === failOn);
    if (bad.length > 0) throw new Error(`${host.label}: ${bad.map(sentences).join("\n")}`);
    return { hostId: facts.machineId, findings };
  },
};
