import { testPlanted } from "./testPlanted";

testPlanted("yaml");
