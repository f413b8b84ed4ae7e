import { testPlanted } from "./testPlanted";

testPlanted("javascript");
