import { strikeAll } from "../simulation/strikeAll";

strikeAll("adoption");
