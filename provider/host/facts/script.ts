import { readScript } from "../script";

/** What reads a host: how it is printed, then what there is to print, then all of it in order. */
export const factsScript = ["sections", "links", "owners", "domains", "packetFilter", "facts"]
  .map((part) => readScript(__dirname, `${part}.sh`))
  .join("");
