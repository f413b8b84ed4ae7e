import type { Definition } from "../schema/definition";
import { bridge } from "./bridge/definition";
import { bridgeNetfilter } from "./bridgeNetfilter/definition";
import { bridgeSelfTest } from "./bridgeSelfTest/definition";
import { network } from "./network/definition";
import { nic } from "./nic/definition";
import { tap } from "./tap/definition";

/** Every resource: a new one is a folder beside this file and a row here. */
export const definitions: readonly Definition[] = [bridge, bridgeNetfilter, bridgeSelfTest, network, nic, tap];
