import { PolicyPack, validateResourceOfType } from "@pulumi/policy";
import { Bridge } from "pulumi-kvmnet";

// Bridge is also what each HostBridge consists of, in whatever language the program is written.
new PolicyPack("lan", {
  policies: [
    {
      name: "bridge-confirmed-soon",
      description: "A host that a change has cut off is back in time.",
      enforcementLevel: "mandatory",
      configSchema: { properties: { seconds: { type: "integer", default: 60 } } },
      validateResource: validateResourceOfType(Bridge, ({ confirm }, args, report) => {
        const { seconds } = args.getConfig<{ seconds: number }>();
        const timeout = confirm?.timeout ?? 60;
        if (timeout > seconds)
          report(`confirm.timeout: ${timeout} s, more than the ${seconds} s that we wait for a host.`);
      }),
    },
  ],
});
