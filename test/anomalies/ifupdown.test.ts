import { ofOtherOwners } from "../simulation/changes";
import { strikeAll } from "../simulation/strikeAll";

for (const { name } of ofOtherOwners.filter((one) => /ifupdown/.test(one.name))) strikeAll(name, 3);
