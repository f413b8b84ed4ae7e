import { refactoringsByOptions } from "./refactoringsByOptions";
import { testRefactorings } from "./testRefactorings";

testRefactorings(refactoringsByOptions);
