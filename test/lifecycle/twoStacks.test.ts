import { chosen } from "../lab/chosen";
import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept } from "./identities";
import { programOf } from "./program";
import type { Scene } from "./refactor";
import { each, refactoringTable, type Seen } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";
import { restoreMoved, split, wantTheSame } from "./twoStacks";

const minutes = 60_000;
const connection = { host: "kvm1.example" };
const line = refactoringTable();

/** Without an address of its own it is another NIC, and the first stays. */
async function wantOneMore({ pulumi, running }: Scene, host: SimulatedHost, { before }: Seen): Promise<void> {
  const [web] = host.libvirt.domains;
  const other = await pulumi.on("other", { made: true });
  await running.stack.say(programOf({ connection }, ["nic"], { nic: { network: "lan" } }));
  await succeeds(other.up());
  expect(web?.live).toHaveLength(2);
  await succeeds(other.destroy());
  expect(web?.live).toHaveLength(1);
  expect(await identities(host)).toEqual(before);
  await succeeds(pulumi.destroy());
  expect(await identities(host)).toEqual(each(""));
}

const tests = [
  {
    what: "a second stack that wants the same is told of each whose it is, and neither its up nor its destroy changes anything",
    through: wantTheSame,
    besides: wantOneMore,
  },
  {
    what: "a stack that is split keeps all that it has, and the half that the other one needs goes last",
    through: split,
  },
  {
    what: "a stack restored from a backup of before its resources were moved to another one changes and deletes nothing",
    through: restoreMoved,
  },
];

test.each(chosen(tests, 2, "two stacks"))(
  "$what",
  async ({ what, through, besides }) => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const program = programOf({ connection }, kept, { nic: { macAddress: "52:54:00:00:00:01" } });
    const scene = { host, elsewhere: {}, running, pulumi: running.stack.pulumi, program };
    const seen = await through(scene, connection, () => identities(host));
    await besides?.(scene, host, seen);
    line(what, seen);
  },
  5 * minutes,
);
