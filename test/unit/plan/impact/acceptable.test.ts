import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bridge } from "../../../../provider/resources/bridge/definition";

const folder = join(__dirname, "../../../../provider/plan/impact");
/** Of what is seen to, or that nobody can accept. */
const never = ["link", "program", "sysctl"];

const named = readdirSync(folder).flatMap((file) =>
  [...readFileSync(join(folder, file), "utf8").matchAll(/name: `([\w-]+):/g)].map(([, kind = ""]) => kind),
);

test.each([...new Set(named)].filter((kind) => !never.includes(kind)))(
  "%s: what a preview says can be accepted, a program can accept",
  (kind) => {
    const said = { connection: { host: "kvm1.example" }, accept: [`${kind}:enp1s0`] };
    expect(bridge.inputs.safeParse(said).success).toBe(true);
  },
);
