import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type CommandResult, describeFailure } from "./command";
import { CommandLine } from "./commandLine";
import { folders } from "./folders";
import type { Guest } from "./guest";
import type { Host } from "./host";
import type { Release } from "./hostImage";
import { Lan } from "./lan";
import { networkPicture, settledPicture } from "./networkPicture";
import { Pulumi } from "./pulumi";
import { record } from "./recording";
import { releaseNamed } from "./releases";
import { strikeAt } from "./strike";
import { deadGateway, lifted } from "./wall";

const repository = resolve(__dirname, "../..");
const gateway = "192.0.2.1";

/** What stacks/index.ts exports, as far as the demo shows it. */
interface Outputs {
  readonly hosts: {
    readonly kvm1: {
      readonly bridge: { readonly name: string; readonly addresses: string[]; readonly macAddress: string };
      readonly networks: string[];
    };
  };
  readonly vms: {
    readonly web: {
      readonly lan: { readonly macAddress: string; readonly ipAddresses: string[]; readonly tap: string };
    };
  };
}

/**
 * `make demo`: a host and a VM on a LAN of the lab, and a real `pulumi up` of this repository's own program with
 * stacks/Pulumi.demo.yaml; then one with which the LAN dies. True when the VM is on the LAN after both, the host is where it
 * was after the second, and the doctor finds nothing.
 */
async function demo(release: Release): Promise<boolean> {
  say(`Booting a LAN with a KVM host (${release}) and a virtual machine; the first time builds their images.`);
  await using lan = await Lan.start();
  const host = await lan.startHost({ name: "kvm1", release });
  const guest = await host.startGuest({ name: "web" });
  const before = await addressOf(host);
  console.log(`${host.name} is ${before}. Its VM "${guest.name}" runs and has no NIC.`);

  await using stack = await DemoStack.start(lan, host);
  say("pulumi preview");
  await stack.run("preview");
  say("pulumi up");
  await stack.run("up");
  const outputs = await stack.outputs();
  const reached = await report(host, guest, before, outputs);
  const undone = await undo(host, guest, stack, outputs);
  const healthy = await diagnosed(host, guest);
  next();
  return reached && undone && healthy;
}

/** The second act: a change of the host's network in the middle of which the router dies. */
async function undo(host: Host, guest: Guest, stack: DemoStack, { vms }: Outputs): Promise<boolean> {
  say("Now one that goes wrong: another MTU for br0; once it is applied, the router answers the host no more");
  const before = await networkPicture(host);
  await stack.pulumi.setConfig("homelab:hosts.kvm1.bridge.mtu", "1400", { path: true });
  const { struck } = await strikeAt(host, "applied", deadGateway);
  say("pulumi up");
  const { code } = await stack.show("up");
  await struck;
  await host.must(lifted);
  await stack.pulumi.removeConfig("homelab:hosts.kvm1.bridge.mtu");
  say("Is the host where it was?");
  const after = settledPicture(host, before).then((is) =>
    is === before ? succeeded("to the route attribute") : failed(is),
  );
  return (
    await Promise.all([
      check("pulumi up failed", Promise.resolve(code === 0 ? failed("it did not") : succeeded(`exit code ${code}`))),
      check(`${host.name}'s links, addresses, routes and files are as before`, after),
      check(`the LAN pings the VM ${vms.web.lan.ipAddresses[0]}`, ping(host.lan, vms.web.lan.ipAddresses[0])),
      check(`the VM pings the gateway ${gateway}`, guest.run(["ping", "-c", "3", gateway])),
    ])
  ).every(Boolean);
}

function next(): void {
  say("What next");
  console.log(`  make lab                     the same host, left running for you: with a stack to change, and a login
  npx --no kvmnet doctor HOST  what is wrong with a host of yours: it changes nothing (or: node cli/dist/main.js doctor HOST)
  README.md, "Start"           a stack for your own hosts; pulumi preview changes nothing either`);
}

/** This repository's project, with the demo's config completed by what only the running lab knows. */
class DemoStack implements AsyncDisposable {
  private constructor(
    readonly pulumi: Pulumi,
    private readonly config: string,
  ) {}

  /** The config is a copy, since Pulumi writes into it: beside it the project file, for commands that ask for one. */
  static async start(lan: Lan, host: Host): Promise<DemoStack> {
    const directory = join(folders.scratch(lan.id), "demo");
    const config = join(directory, "stacks/Pulumi.demo.yaml");
    await mkdir(join(directory, "stacks"), { recursive: true });
    await copyFile(join(repository, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
    await copyFile(join(repository, "stacks/Pulumi.demo.yaml"), config);
    const env = { PULUMI_SUPPRESS_NEO_LINK: "true" }; // advertising
    const pulumi = await Pulumi.init({ place: lan.engine, directory, stack: "demo", env });
    const connection = "homelab:hosts.kvm1.connection";
    await pulumi.setConfig(`${connection}.host`, host.address, { path: true });
    await pulumi.setConfig(`${connection}.hostKey`, host.hostKey, { path: true });
    await pulumi.setConfig(`${connection}.privateKey`, host.privateKey, { path: true, secret: true });
    return new DemoStack(pulumi, config);
  }

  /** Shows what it says while it runs. */
  show(command: "preview" | "up"): Promise<CommandResult> {
    const args = ["--cwd", repository, "--config-file", this.config];
    const onOutput = (text: string) => process.stdout.write(text);
    return this.pulumi[command]({ args, onOutput });
  }

  /** The same; an end other than success is an error. */
  async run(command: "preview" | "up"): Promise<void> {
    const { code, timedOut } = await this.show(command);
    if (code !== 0) throw new Error(`pulumi ${command} ${timedOut ? "took too long" : `ended with exit code ${code}`}`);
  }

  async outputs(): Promise<Outputs> {
    return (await this.pulumi.outputs()) as unknown as Outputs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pulumi[Symbol.asyncDispose]();
  }
}

async function report(host: Host, guest: Guest, before: string, { hosts, vms }: Outputs): Promise<boolean> {
  const { bridge, networks } = hosts.kvm1;
  const { macAddress, ipAddresses, tap } = vms.web.lan;
  say("What there is now");
  table([
    [`${host.name} before`, before],
    [`${host.name} now`, await addressOf(host)],
    ["bridge", `${bridge.name}, ${bridge.macAddress}, ${bridge.addresses.join(" ")}`],
    ["network", networks.join(" ")],
    [`VM "${guest.name}"`, `${macAddress} on ${tap}`],
    ["its address", ipAddresses.join(" ") || "none"],
  ]);

  const [address] = ipAddresses;
  say("Is the VM on the LAN?");
  return (
    await Promise.all([
      check(`the VM pings the gateway ${gateway}`, guest.run(["ping", "-c", "3", gateway])),
      check(`the LAN pings the VM ${address}`, ping(host.lan, address)),
      check(`the VM's SSH server answers the LAN`, sshBanner(host.lan, address), /^SSH-2\.0-/),
    ])
  ).every(Boolean);
}

/** The doctor's report and the text picture; the other picture goes to the file that $SVG names, if there is one. */
async function diagnosed(host: Host, guest: Guest): Promise<boolean> {
  const line = await CommandLine.of(host);
  // A VM that says something is seen with its address.
  const speaks = guest.run(["ping", "-c", "8", "-q", gateway]);
  say(`npx --no kvmnet doctor ${host.name}`);
  const doctor = await line.run("doctor", host.name);
  console.log(`${doctor.stdout}${doctor.stderr}`.trimEnd());
  say(`npx --no kvmnet topology ${host.name}`);
  const topology = await line.run("topology", host.name);
  console.log(`${topology.stdout}${topology.stderr}`.trimEnd());
  if (process.env.SVG) {
    const picture = await line.run("topology", "--svg", host.name);
    await writeFile(resolve(repository, process.env.SVG), picture.stdout);
  }
  await speaks;
  return doctor.code === 0 && topology.code === 0;
}

const ended = { argv: [], signal: null, timedOut: false };
const succeeded = (stdout: string): CommandResult => ({ ...ended, code: 0, stdout, stderr: "" });
const failed = (stderr: string): CommandResult => ({ ...ended, code: 1, stdout: "", stderr });
const noAddress = failed("the VM has no address");

async function ping(lan: Lan, address: string | undefined): Promise<CommandResult> {
  return address === undefined ? noAddress : lan.engine.run(["ping", "-n", "-c", "3", "-i", "0.2", "-W", "2", address]);
}

async function sshBanner(lan: Lan, address: string | undefined): Promise<CommandResult> {
  const script = 'exec 3<>"/dev/tcp/$1/22" && head -n 1 <&3';
  return address === undefined
    ? noAddress
    : lan.engine.run(["bash", "-c", script, "bash", address], { timeout: 10_000 });
}

/** One line for a check: how it ended, with the last thing that the command said. */
async function check(claim: string, running: Promise<CommandResult>, expected = /./): Promise<boolean> {
  const result = await running;
  const ok = result.code === 0 && expected.test(result.stdout);
  const said = ok ? result.stdout.trim().split("\n").at(-1)?.trim() : describeFailure(result);
  console.log(`  ${ok ? "ok  " : "FAIL"} ${claim}: ${said}`);
  return ok;
}

/** "192.0.2.150/24 on enp1s0": where the host's way to the LAN starts. */
async function addressOf(host: Host): Promise<string> {
  const [route] = JSON.parse(await host.must(["ip", "-j", "route", "get", gateway])) as [{ dev: string }];
  const [link] = JSON.parse(await host.must(["ip", "-j", "-4", "address", "show", "dev", route.dev])) as [
    { addr_info: { local: string; prefixlen: number }[] },
  ];
  const addresses = link.addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  return `${addresses.join(" ")} on ${route.dev}`;
}

function say(heading: string): void {
  console.log(`\n== ${heading}`);
}

function table(rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`  ${name.padEnd(width)}  ${value}`);
}

const cast = process.env.CAST;
const written = cast ? record(resolve(repository, cast), "kvmnet: make demo") : undefined;

demo(releaseNamed(process.argv[2]))
  .then(
    (ok) => {
      process.exitCode = ok ? 0 : 1;
    },
    (error: unknown) => {
      console.error(`\n${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    },
  )
  .finally(written);
