import { readFileSync } from "node:fs";
import { toRecording } from "../test/unit/support/recordedHosts";

/** Standard input, which is what facts.sh printed on a host, as test/unit/hosts has it. */
process.stdout.write(toRecording(readFileSync(0)));
