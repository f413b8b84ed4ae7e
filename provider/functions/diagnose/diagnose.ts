import { sentences } from "../../plan/diagnose/finding";
import type { HostFunction } from "../function";
import { type DiagnoseInputs, type DiagnoseResult, diagnose } from "./definition";
import { examine } from "./examine";

export const diagnoseFunction: HostFunction<DiagnoseInputs, DiagnoseResult> = {
  definition: diagnose,

  async call({ hosts, signal }, { connection, failOn, listen }) {
    const { host, facts, findings } = await examine(hosts, connection, { seconds: listen, signal });
    const bad = findings.filter(({ severity }) => failOn === "warning" || severity === failOn);
    if (bad.length > 0) throw new Error(`${host.label}: ${bad.map(sentences).join("\n")}`);
    return { hostId: facts.machineId, findings };
  },
};
