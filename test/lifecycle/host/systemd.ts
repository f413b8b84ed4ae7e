import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { killGroup } from "../../lab/command";
import type { Sandbox } from "./sandbox";
import type { Answer } from "./tools";

const units = "/etc/systemd/system";

/** systemd as kvmnet uses it: units of its own that run once, timers, and services that are there. */
export class Systemd {
  /** Services that run, but for kvmnet's own. */
  readonly active = new Set(["systemd-networkd.service", "systemd-resolved"]);
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Map<string, ChildProcess>();

  constructor(
    private readonly sandbox: Sandbox,
    /** What a service that is not kvmnet's own does when it starts. */
    private readonly services: Readonly<Record<string, () => Promise<Answer>>>,
  ) {}

  async systemctl(args: readonly string[]): Promise<Answer> {
    const [verb = "", ...names] = args.filter((arg) => !arg.startsWith("-"));
    if (verb === "is-active")
      return {
        code: names.some((name) => this.isActive(name)) ? 0 : 3,
        stdout: args.includes("-q") ? "" : `${this.isActive(names[0] ?? "") ? "active" : "inactive"}\n`,
      };
    // systemd 252, Debian 12's: networkd reads its files when D-Bus tells it.
    if (verb === "show" && args.includes("--property=Type")) return "notify\n";
    // A service that was killed has a restart behind it.
    if (verb === "kill" || verb === "reset-failed") return "";
    if (verb === "daemon-reload" || (verb === "start" && names.every((name) => this.isActive(name)))) return "";
    if (verb === "stop") for (const name of names) this.stop(name);
    else if (verb === "disable") for (const name of names) this.wants(name, (link) => rmSync(link, { force: true }));
    else if (verb === "reenable") for (const name of names) this.enable(name);
    else if (verb === "restart") return this.restart(names[0] ?? "");
    else throw new Error(`systemctl ${args.join(" ")}`);
    return "";
  }

  async systemdRun(args: readonly string[]): Promise<Answer> {
    const at = args.findIndex((arg) => !arg.startsWith("-"));
    const option = (name: string) =>
      args
        .slice(0, at)
        .find((arg) => arg.startsWith(`--${name}=`))
        ?.slice(name.length + 3);
    const unit = option("unit") ?? "run";
    const command = args.slice(at);
    const [after, again] = [option("on-active"), option("on-unit-inactive")];
    if (after !== undefined) {
      this.setTimer(
        unit,
        Number(after),
        () => this.start(unit, command),
        again === undefined ? undefined : Number(again),
      );
      return "";
    }
    const ended = this.start(unit, command);
    return args.includes("--wait") ? { code: await ended } : "";
  }

  /** A unit of kvmnet's runs what its ExecStart= says. */
  private async restart(unit: string): Promise<Answer> {
    const service = this.services[unit];
    if (service) return service();
    const path = this.sandbox.pathOf(`${units}/${unit}`);
    if (!existsSync(path)) return { code: 5, stderr: `Unit ${unit} not found.\n` };
    const command = /^ExecStart=(.*)$/m.exec(readFileSync(path, "utf8"))?.[1]?.split(" ") ?? [];
    const { code, stderr } = await this.sandbox.run(command);
    return code === 0 ? "" : { code: 1, stderr: `Job for ${unit} failed: ${stderr}` };
  }

  /** In seconds; with `again`, it goes off so long after each end, until it is stopped. */
  private setTimer(unit: string, after: number, start: () => Promise<unknown>, again: number | undefined): void {
    const timer = setTimeout(async () => {
      if (again === undefined) this.#timers.delete(unit);
      await start();
      if (again !== undefined && this.#timers.get(unit) === timer) this.setTimer(unit, again, start, again);
    }, after * 1000);
    this.#timers.set(unit, timer);
  }

  /** Ends with the exit code. */
  private start(unit: string, command: readonly string[]): Promise<number> {
    const child = this.sandbox.spawn(command);
    child.stdin?.end();
    child.stdout?.resume();
    child.stderr?.resume();
    this.#running.set(unit, child);
    return new Promise((resolve) => {
      child.on("error", () => resolve(1));
      child.on("close", (code) => {
        this.#running.delete(unit);
        resolve(code ?? 1);
      });
    });
  }

  private isActive(name: string): boolean {
    const bare = name.replace(/\.(service|timer)$/, "");
    if (name.endsWith(".timer")) return this.#timers.has(bare);
    return this.active.has(name) || this.active.has(bare) || this.#running.has(bare);
  }

  private stop(name: string): void {
    const bare = name.replace(/\.(service|timer)$/, "");
    if (name.endsWith(".timer")) {
      clearTimeout(this.#timers.get(bare));
      this.#timers.delete(bare);
      return;
    }
    const child = this.#running.get(bare);
    if (child) killGroup(child);
  }

  private enable(unit: string): void {
    this.wants(unit, (link, target) => {
      rmSync(link, { force: true });
      mkdirSync(link.slice(0, link.lastIndexOf("/")), { recursive: true });
      symlinkSync(target, link);
    });
  }

  /** Each link that the unit's WantedBy= means. */
  private wants(unit: string, act: (link: string, target: string) => void): void {
    const path = `${units}/${unit}`;
    if (!existsSync(this.sandbox.pathOf(path))) return;
    const text = readFileSync(this.sandbox.pathOf(path), "utf8");
    for (const [, wanting] of text.matchAll(/^WantedBy=(.*)$/gm))
      for (const target of wanting?.split(" ") ?? [])
        act(this.sandbox.pathOf(`${units}/${target}.wants/${unit}`), path);
  }

  /** As if the power went: nothing that waits comes about any more. */
  end(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const child of this.#running.values()) killGroup(child);
    this.#timers.clear();
  }
}
