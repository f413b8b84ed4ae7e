/** All that the plugin does: what main.ts needs nothing of to say who it is. */
export { functions } from "./functions/functions";
export { lifecycles } from "./resources/lifecycles";
export { Operations } from "./server/operations";
