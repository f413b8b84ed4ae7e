import type { Fault } from "./fault";
import { engineFaults } from "./rows/engine";
import { hostFaults } from "./rows/host";
import { networkFaults } from "./rows/network";
import { powerFaults } from "./rows/power";
import { qemuFaults } from "./rows/qemu";

export const rows: readonly Fault[] = [...powerFaults, ...engineFaults, ...networkFaults, ...hostFaults, ...qemuFaults];
