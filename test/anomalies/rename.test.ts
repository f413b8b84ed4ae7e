import { strikeAll } from "../simulation/strikeAll";

strikeAll("rename");
