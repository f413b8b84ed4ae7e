import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootAnew } from "../../lab/bootAnew";

const crash = "[    2.1] BUG: TASK stack guard page was hit at (____ptrval____) (stack is (____ptrval____))";

describe("a machine that boots", () => {
  let folder: string;
  let log: string;
  let said: string;
  let stderr: jest.SpyInstance;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kvmnet-boot-"));
    log = join(folder, "kvm1.log");
    said = "";
    stderr = jest.spyOn(process.stderr, "write").mockImplementation((text) => {
      said += text;
      return true;
    });
  });
  afterEach(() => {
    stderr.mockRestore();
    rmSync(folder, { recursive: true });
  });

  /** Each time, it says one of these on its console, and comes up where that is nothing. */
  const boot = (consoles: string[]) => {
    let time = 0;
    const started = bootAnew(
      async () => {
        const text = consoles[time++] ?? "";
        expect(existsSync(log)).toBe(false);
        writeFileSync(log, `Loading Linux\n${text}\n`);
        if (text) throw new Error("kvm1 did not start");
        return "up";
      },
      { log, hostName: "kvm1" },
    );
    return { started, times: () => time };
  };

  it("boots anew where its kernel crashed, and that is said", async () => {
    const { started, times } = boot([crash]);
    expect(await started).toBe("up");
    expect(times()).toBe(2);
    expect(said).toBe(`kvm1: its kernel crashed while it booted; it boots anew, 2 of 3: ${crash}\n`);
  });

  it("is an error where it did not come up for another reason, or crashes time and again", async () => {
    const other = boot(["[FAILED] Failed to start ssh.service"]);
    await expect(other.started).rejects.toThrow("did not start");
    expect([other.times(), said]).toEqual([1, ""]);
    rmSync(log);
    const again = boot([crash, crash, crash]);
    await expect(again.started).rejects.toThrow("did not start");
    expect(again.times()).toBe(3);
  });
});
