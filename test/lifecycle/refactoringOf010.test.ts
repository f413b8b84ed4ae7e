import { refactoringsOf010 } from "./refactoringsOf010";
import { testRefactorings } from "./testRefactorings";

testRefactorings(refactoringsOf010);
