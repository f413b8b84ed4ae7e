package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"pulumi-kvmnet/sdk/go/kvmnet"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		domain := settings.Get("domain")
		if domain == "" {
			domain = "web"
		}
		bridge, err := kvmnet.NewHostBridge(ctx, "bridge", &kvmnet.HostBridgeArgs{
			// Left out: the keys of the SSH agent and ~/.ssh, and the host keys in known_hosts.
			Connection: &kvmnet.ConnectionArgs{Host: pulumi.String(settings.Require("host"))},
		})
		if err != nil {
			return err
		}
		lan, err := kvmnet.NewBridgeNetwork(ctx, "lan", &kvmnet.BridgeNetworkArgs{
			Bridge:     bridge.Name,
			Connection: bridge.Connection,
		})
		if err != nil {
			return err
		}
		web, err := kvmnet.NewVmNic(ctx, "web", &kvmnet.VmNicArgs{
			Domain:     pulumi.String(domain),
			Network:    lan.Name,
			Connection: lan.Connection,
		})
		if err != nil {
			return err
		}
		ctx.Export("hostAddresses", bridge.Addresses)
		ctx.Export("vmAddresses", web.IpAddresses)
		return nil
	})
}
