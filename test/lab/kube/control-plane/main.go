// Command control-plane runs a real etcd, a real kube-apiserver and two endpoints of a kubelet in one process, on
// loopback ports, until it is told to end. It is a lab: its data lie in a folder to throw away, and fsync is off.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"meshdoctor.dev/lab/control-plane/kubelet"
)

// How long an orderly end may take: whoever started this process kills it soon after.
const endWithin = 4 * time.Second

func main() {
	log.SetFlags(0)
	folder := flag.String("dir", "", "where certificates, kubeconfig, audit log, etcd's data and the containers' logs lie")
	flag.Parse()
	if *folder == "" {
		log.Fatal("control-plane: -dir is needed: the folder it may write to")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { time.AfterFunc(endWithin, func() { os.Exit(0) }) })
	if err := run(ctx, *folder); err != nil {
		log.Fatal("control-plane: ", err)
	}
}

// run starts the three parts, prints the one line that a starter waits for, and returns when one of them ends.
func run(ctx context.Context, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	etcd, err := startEtcd(filepath.Join(folder, "etcd"))
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	defer etcd.close()
	files, err := writeCredentials(folder)
	if err != nil {
		return fmt.Errorf("certificates: %w", err)
	}
	pods := filepath.Join(folder, "pods")
	kubeletPort, err := kubelet.Serve(ctx, pods, files.kubeletTLS)
	if err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}
	server, ended, err := startAPIServer(ctx, folder, etcd.url, files)
	if err != nil {
		return fmt.Errorf("kube-apiserver: %w", err)
	}
	kubeconfig, err := files.writeKubeconfig(folder, server)
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	controlPort, err := serveControl(ctx, etcd.url)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	fmt.Printf("READY server=%s kubelet=%d control=%d kubeconfig=%s pods=%s\n",
		server, kubeletPort, controlPort, kubeconfig, pods)
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return fmt.Errorf("kube-apiserver ended: %w", err)
	}
}

// freePort is a TCP port of 127.0.0.1 that nobody listened on a moment ago, from where the kernel takes none of its own
// accord (Linux: 32768 to 60999): there one may be an outgoing connection's before it is bound.
func freePort() (int, error) {
	const first, past, tries = 20_000, 32_000, 100
	var last error
	for range tries {
		port := first + rand.IntN(past-first)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, listener.Close()
		}
		last = err
	}
	return 0, last
}
