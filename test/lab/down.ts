import { labRegistry } from "./labRegistry";

/**
 * `make lab-down`: takes away the labs with the given IDs, or, without any, all that `make lab` left running
 * and that killed runs left. A lab whose owner still runs, such as a test's, is never touched.
 */
async function down(wanted: readonly string[]): Promise<void> {
  for (const { id, state } of await labRegistry.list()) {
    if (state !== "owned" && (wanted.length === 0 || wanted.includes(id))) {
      await labRegistry.remove(id);
      console.log(`Lab ${id} is gone.`);
    }
  }
}

void down(process.argv.slice(2));
