// kubebox holds etcd, kube-apiserver, kube-controller-manager and kube-scheduler in one binary, for tests on the loopback interface.
package main

import (
	"fmt"
	"net/url"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

var commands = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllers.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
}

// runEtcd keeps its data in a directory and answers clients at an address, without waiting for the disk.
func runEtcd(directory, client, peer string) error {
	config := embed.NewConfig()
	config.Dir = directory
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	clients, err := url.Parse(client)
	if err != nil {
		return err
	}
	peers, err := url.Parse(peer)
	if err != nil {
		return err
	}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{*clients}, []url.URL{*clients}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{*peers}, []url.URL{*peers}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer etcd.Close()
	return <-etcd.Err()
}

func main() {
	if len(os.Args) == 5 && os.Args[1] == "etcd" {
		fmt.Fprintln(os.Stderr, runEtcd(os.Args[2], os.Args[3], os.Args[4]))
		os.Exit(1)
	}
	if len(os.Args) > 1 && commands[os.Args[1]] != nil {
		os.Args = os.Args[1:]
		os.Exit(cli.Run(commands[os.Args[0]]()))
	}
	fmt.Fprintln(os.Stderr, "kubebox etcd DIRECTORY CLIENT_URL PEER_URL | kube-apiserver | kube-controller-manager | kube-scheduler")
	os.Exit(2)
}
