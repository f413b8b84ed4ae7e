package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"pulumi-kvmnet/sdk/go/kvmnet"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		user := settings.Get("user")
		if user == "" {
			user = "root"
		}
		// On the NIC with the host's default route; the host keeps its address.
		bridge, err := kvmnet.NewHostBridge(ctx, "bridge", &kvmnet.HostBridgeArgs{
			// Left out: the keys of the SSH agent and ~/.ssh, and the host keys in known_hosts.
			Connection: &kvmnet.ConnectionArgs{Host: pulumi.String(settings.Require("host")), User: pulumi.String(user)},
		})
		if err != nil {
			return err
		}
		// A libvirt network on it.
		lan, err := kvmnet.NewBridgeNetwork(ctx, "lan", &kvmnet.BridgeNetworkArgs{
			Bridge:     bridge.Name,
			Connection: bridge.Connection,
		})
		if err != nil {
			return err
		}
		// A NIC for the VM, running or not.
		nic, err := kvmnet.NewVmNic(ctx, "nic", &kvmnet.VmNicArgs{
			Domain:     pulumi.String(settings.Require("vm")),
			Network:    lan.Name,
			Connection: lan.Connection,
		})
		if err != nil {
			return err
		}
		ctx.Export("hostAddresses", bridge.Addresses)
		ctx.Export("vmAddresses", nic.IpAddresses)
		return nil
	})
}
