import { strikeAll } from "../simulation/strikeAll";

strikeAll("first up");
