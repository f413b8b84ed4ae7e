import { mkdirSync } from "node:fs";
import { sync } from "./disk";
import { generate } from "./netplan";
import type { Simulation } from "./simulation";
import { parseSystemdRun } from "./systemd";
import type { Ended, Unit } from "./unit";

/** What becomes of a command: prelude.sh says what each is. */
export type Answer =
  | { readonly verb: "run" }
  | { readonly verb: "exit"; readonly code: number; readonly lines?: readonly string[] }
  | { readonly verb: "after" | "half"; readonly code: number }
  | {
      readonly verb: "wait";
      readonly seconds: number;
      readonly give: Answer;
      readonly ends?: Promise<Ended>;
      readonly hangs?: boolean;
    };

const done: Answer = { verb: "exit", code: 0 };
const failed = (...lines: string[]): Answer => ({ verb: "exit", code: 1, lines });
const printed = (...lines: string[]): Answer => ({ verb: "exit", code: 0, lines });
const later = (seconds: number, give: Answer): Answer => ({ verb: "wait", seconds, give });

type Command = (
  simulation: Simulation,
  args: readonly string[],
  unit: Unit,
) => Answer | Promise<Answer> | undefined | Promise<Answer | undefined>;

/** What the simulated machine has of its own; all others are real. */
const commands: Record<string, Command> = {
  date(simulation, args) {
    const [utc, at, text = "", as] = args;
    if (utc === "-u" && at === "-d" && as === "+%s") return printed(String(Date.parse(`${text} UTC`) / 1000));
    const [format] = args;
    const time = new Date(simulation.clock());
    if (format === "+%s") return printed(String(Math.floor(time.getTime() / 1000)));
    if (format === "+%H:%M:%S") return printed(time.toISOString().slice(11, 19));
    throw new Error(`date ${format}: the simulation does not know what that prints`);
  },
  sleep: (_, [seconds = ""]) => later(Number.parseFloat(seconds), done),
  "flock-busy"(_, [tries, ...args]) {
    const [limit = Number.POSITIVE_INFINITY] = args.flatMap((arg, index) =>
      arg === "-w" ? [Number(args[index + 1])] : [],
    );
    if (args.includes("-n")) return failed();
    return later(0.1, Number(tries) / 10 < limit ? done : failed());
  },
  mktemp(simulation, args) {
    if (args.join(" ") !== "-d")
      throw new Error(`mktemp ${args.join(" ")}: the simulation does not know what that makes`);
    const path = `/tmp/${simulation.newName()}`;
    mkdirSync(simulation.machine.path(path), { mode: 0o700 });
    return printed(path);
  },
  async sync({ machine }) {
    await machine.do(sync);
    return done;
  },
  netplan: (simulation, [verb, ...args]) =>
    verb === "generate" ? generated(simulation, args) : failed(`netplan ${verb}: not simulated`),
  "netplan-generate": generated,
  async networkctl({ networkd, bus }, [verb = "", link = ""]) {
    if (!bus || !networkd.running) return failed("Failed to connect to bus: No such file or directory");
    if (verb === "reload") await networkd.reload();
    else if (verb === "reconfigure") await networkd.reconfigure(link);
    else throw new Error(`networkctl ${verb}: not simulated`);
    return done;
  },
  systemctl,
  "systemd-run": systemdRun,
  async ping(simulation, args) {
    const option = (name: string) => Number(args[args.indexOf(name) + 1] ?? 1);
    return (await reaches(simulation, args.at(-1) ?? "")) ? done : later(option("-c") * option("-W"), failed());
  },
  resolvectl: () => done,
  async getent(simulation) {
    const { machine } = simulation;
    const servers = [...(machine.read("/run/systemd/resolve/resolv.conf") ?? "").matchAll(/^nameserver (.*)$/gm)];
    for (const [, server = ""] of servers) if (await reaches(simulation, server)) return done;
    return later(servers.length > 0 ? 5 : 0, { verb: "exit", code: 2 });
  },
  async bash(simulation, args) {
    if (args[0] !== "-c" || !/\/dev\/(tcp|udp)\//.test(args[1] ?? "")) throw new Error("bash is for probes");
    return (await reaches(simulation, args[3] ?? "")) ? done : later(60, failed());
  },
  journalctl: () => done,
  nmcli({ networkManager }, args) {
    if (args.includes("--offline")) return done;
    if (args.slice(0, 4).join(" ") !== "-g GENERAL.STATE,GENERAL.CON-UUID device show")
      throw new Error(`nmcli ${args.join(" ")}: not simulated`);
    if (!networkManager.running) return { verb: "exit", code: 8, lines: ["Error: NetworkManager is not running."] };
    return printed(...networkManager.stateOf(args.at(-1) ?? ""));
  },
  ifup: (_, args) => (args.includes("--no-act") ? done : failed("ifup: not in a unit of its own")),
  udevadm: () => done,
};

export async function answer(simulation: Simulation, unit: Unit, argv: readonly string[]): Promise<Answer | undefined> {
  const [program = "", ...args] = argv;
  const command = commands[program];
  return command ? command(simulation, args, unit) : { verb: "run" };
}

function generated({ machine }: Simulation, args: readonly string[]): Answer {
  const at = args.indexOf("--root-dir");
  const { code, said } = generate(machine.path("/"), at < 0 ? "" : args[at + 1]);
  return { verb: "exit", code, lines: said };
}

/** Whether a LAN's address answers: what the kernel sends to it goes out at the NIC, by itself or through a bridge. */
async function reaches({ machine, lan }: Simulation, address: string): Promise<boolean> {
  const [plain = ""] = address.split("%");
  if (!lan.answers || ![lan.gateway, ...lan.others].includes(plain)) return false;
  const [route] = await machine.json<{ dev: string; gateway?: string }>(`ip -j route get ${plain} 2>/dev/null || :`);
  if (route === undefined || route.gateway !== undefined) return false;
  const links = await machine.json<{ ifname: string; master?: string; flags: string[] }>("ip -j link show");
  const out = links.find(({ ifname }) => ifname === route.dev);
  const nics = links.filter(
    ({ ifname, flags }) => flags.includes("LOWER_UP") && machine.nics.some(({ name }) => name === ifname),
  );
  return out?.flags.includes("UP") === true && nics.some(({ ifname, master }) => (master ?? ifname) === out.ifname);
}

const serviceOf = (name: string) => name.replace(/\.service$/, "");

async function systemctl(simulation: Simulation, args: readonly string[], asking: Unit): Promise<Answer | undefined> {
  const { units, timers, networkd, ifupdown, networkManager } = simulation;
  const [verb, ...names] = args.filter((arg) => !arg.startsWith("-"));
  const isNetworkManager = (name: string) => serviceOf(name) === "NetworkManager";
  const active = (name: string) =>
    name.endsWith(".timer")
      ? timers.some(({ unit }) => `${unit}.timer` === name)
      : units.has(serviceOf(name)) ||
        (serviceOf(name) === "systemd-networkd" && networkd.running) ||
        (isNetworkManager(name) && networkManager.running) ||
        serviceOf(name) === "systemd-resolved";
  switch (verb) {
    case "is-active":
      if (names.some((name) => ifupdown.waiting.has(serviceOf(name))))
        return { verb: "exit", code: 3, lines: ["activating"] };
      return names.some(active) ? done : { verb: "exit", code: 3 };
    case "show":
      if (args.includes("--property=ActiveState")) return printed(networkManager.running ? "active" : "inactive");
      // Of Debian 12's systemd 252: only D-Bus tells networkd to read its files.
      return args.includes("--property=Type")
        ? printed("notify")
        : failed(`systemctl ${args.join(" ")}: not simulated`);
    case "reboot":
      return done;
    case "stop":
    case "kill":
      for (const name of names) {
        ifupdown.waiting.delete(serviceOf(name));
        if (isNetworkManager(name)) {
          endNetworkManager(simulation, verb, args);
          continue;
        }
        if (name.endsWith(".timer")) {
          const index = timers.findIndex(({ unit }) => `${unit}.timer` === name);
          if (index >= 0) timers.splice(index, 1);
          continue;
        }
        const unit = units.get(serviceOf(name));
        unit?.kill();
        if (unit === asking) return undefined;
        await unit?.ended;
      }
      return done;
    case "start":
    case "restart":
      if (names.every(isNetworkManager)) {
        await networkManager.start();
        return done;
      }
      if (names.join() !== "systemd-networkd.service") throw new Error(`systemctl ${args.join(" ")}: not simulated`);
      if (verb === "restart") networkd.stop();
      if (!networkd.running) await networkd.start();
      return done;
    case "reset-failed":
    case "daemon-reload":
      return done;
    default:
      throw new Error(`systemctl ${args.join(" ")}: not simulated`);
  }
}

/** Killed, systemd starts it anew at once (Restart=on-failure), unless it was told to stop it. */
function endNetworkManager({ networkManager, timers, now }: Simulation, verb: string, args: readonly string[]): void {
  if (args.includes("--signal=STOP")) return;
  const again = timers.findIndex(({ unit }) => unit === "NetworkManager");
  if (again >= 0) timers.splice(again, 1);
  if (verb === "kill" && networkManager.running)
    timers.push({
      unit: "NetworkManager",
      at: now + 0.1,
      again: undefined,
      start: () => ({ ended: networkManager.start() }),
    });
  networkManager.stop();
}

async function systemdRun(simulation: Simulation, args: readonly string[]): Promise<Answer> {
  const { name, onActive, onInactive, wait, properties, command } = parseSystemdRun(args);
  if (command[0] === "ifup") {
    // What it starts lives on only where its unit does not take it along, and systemd-run waits for what runs once.
    if (properties.get("KillMode") !== "process" || properties.get("Type") !== "oneshot")
      throw new Error(`systemd-run ${args.join(" ")}: what would become of a DHCP client?`);
    if (await simulation.ifupdown.up(command.at(-1) ?? "", name)) return done;
    // The transaction ends systemd-run by then, and not what that started.
    return later(20, { verb: "exit", code: 124 });
  }
  if (command[0] !== "sh") throw new Error(`systemd-run ${command[0]}: not simulated`);
  if (simulation.units.has(name) || simulation.timers.some(({ unit }) => unit === name))
    return failed(
      `Failed to start transient service unit: Unit ${name}.service was already loaded or has a fragment file.`,
    );
  const start = () => simulation.start(name, command.slice(1), name.replace(/-[0-9a-f]{12}$/, ""));
  if (onActive !== undefined) {
    simulation.timers.push({ unit: name, at: simulation.now + onActive, again: onInactive, start });
    return done;
  }
  const unit = start();
  if (!wait) return done;
  return { verb: "wait", seconds: Number.POSITIVE_INFINITY, give: failed(), ends: unit.ended };
}

/** What is done, and then fails. */
export function failing(given: Answer | undefined): Answer | undefined {
  if (given?.verb === "run") return { verb: "after", code: 1 };
  if (given?.verb === "wait") return { ...given, give: failing(given.give) ?? given.give };
  return given && { ...given, code: 1 };
}

export function line(given: Exclude<Answer, { verb: "wait" }> | Answer): string {
  if (given.verb === "wait") throw new Error("a wait for a wait");
  if (given.verb === "run") return "run 0 0\n";
  const lines = (given.verb === "exit" && given.lines) || [];
  return `${given.verb} ${given.code} ${lines.length}\n${lines.map((text) => `${text}\n`).join("")}`;
}
