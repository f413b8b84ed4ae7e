import { strikeAll } from "../simulation/strikeAll";

strikeAll("destroy");
