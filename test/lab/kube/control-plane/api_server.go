package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
)

const readyWithin = 90 * time.Second

// Who asked what, without bodies: a test reads from it which verbs a program used.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`

// startAPIServer runs kube-apiserver and waits until /readyz answers 200; the channel tells when it ends.
func startAPIServer(ctx context.Context, folder, etcdURL string, files *credentials) (string, <-chan error, error) {
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	policy := filepath.Join(folder, "audit-policy.yaml")
	if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
		return "", nil, err
	}
	command := apiserver.NewAPIServerCommand()
	command.SetArgs([]string{
		"--etcd-servers=" + etcdURL,
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", port),
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
		// Where the lab's upstreams listen: the ClusterIP of a Service is the very address its Envoys reach.
		"--service-cluster-ip-range=127.20.0.0/16",
		"--authorization-mode=Node,RBAC",
		"--anonymous-auth=true",
		"--allow-privileged=true",
		"--client-ca-file=" + files.ca,
		"--tls-cert-file=" + files.serverCertificate,
		"--tls-private-key-file=" + files.serverKey,
		"--kubelet-certificate-authority=" + files.ca,
		"--kubelet-client-certificate=" + files.kubeletClientCertificate,
		"--kubelet-client-key=" + files.kubeletClientKey,
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + files.serviceAccountKey,
		"--service-account-signing-key-file=" + files.serviceAccountKey,
		"--enable-priority-and-fairness=false",
		// No controller makes the "default" accounts that this plug-in asks for.
		"--disable-admission-plugins=ServiceAccount",
		"--audit-log-path=" + filepath.Join(folder, "audit.log"),
		"--audit-policy-file=" + policy,
		"--v=0",
	})
	ended := make(chan error, 1)
	go func() { ended <- command.ExecuteContext(ctx) }()
	server := fmt.Sprintf("https://127.0.0.1:%d", port)
	return server, ended, waitReady(ctx, server, files, ended)
}

func waitReady(ctx context.Context, server string, files *credentials, ended <-chan error) error {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{TLSClientConfig: files.adminTLS}}
	defer client.CloseIdleConnections()
	deadline := time.After(readyWithin)
	for {
		response, err := client.Get(server + "/readyz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("/readyz answered %d", response.StatusCode)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			return fmt.Errorf("ended before it was ready: %v", err)
		case <-deadline:
			return fmt.Errorf("not ready within %s: %w", readyWithin, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
