import { refactorings } from "./refactorings";
import { testRefactorings } from "./testRefactorings";

testRefactorings(refactorings);
