import { strikeAll } from "../simulation/strikeAll";

strikeAll("another uplink");
