import { wrong } from "./cases";
import { testPlanted } from "./testPlanted";

// As in JavaScript, once it is compiled: enough of them to know.
const { component, componentsSiblings, componentsText } = wrong;
testPlanted("typescript", { component, componentsSiblings, componentsText } as typeof wrong);
