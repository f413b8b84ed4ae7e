import { binary, wrong } from "./cases";
import { testPlanted } from "./testPlanted";

testPlanted("python", { ...wrong, ...binary });
