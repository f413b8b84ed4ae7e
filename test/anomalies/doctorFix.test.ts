import { strikeAll } from "../simulation/strikeAll";

strikeAll("doctor --fix");
