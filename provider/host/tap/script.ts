import { readScript } from "../script";

export const tapScript = readScript(__dirname, "tap.sh");
