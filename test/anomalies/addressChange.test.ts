import { strikeAll } from "../simulation/strikeAll";

strikeAll("address change");
