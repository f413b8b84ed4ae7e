import { labRegistry } from "./labRegistry";

/** `make lab-down`: takes away what `make lab` left running, and what killed runs left. A running test keeps its lab. */
async function down(): Promise<void> {
  for (const { id, state } of await labRegistry.list()) {
    if (state !== "owned") {
      await labRegistry.remove(id);
      console.log(`Lab ${id} is gone.`);
    }
  }
}

void down();
