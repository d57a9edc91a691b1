package kubelet

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/kubelet/pkg/cri/streaming/portforward"
)

// A kubelet's own defaults (k8s.io/kubelet, pkg/cri/streaming).
const (
	idleTimeout     = 4 * time.Hour
	creationTimeout = 30 * time.Second
)

// servePortForward speaks SPDY and websocket as a kubelet does.
func servePortForward(w http.ResponseWriter, r *http.Request, folder string) {
	options, err := portforward.NewV4Options(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	namespace, pod := r.PathValue("namespace"), r.PathValue("pod")
	to := forwarder{inFolder(folder, namespace, pod, "ports.json")}
	portforward.ServePortForward(w, r, to, namespace+"/"+pod, "", options,
		idleTimeout, creationTimeout, portforward.SupportedProtocols)
}

// forwarder knows the file that says where a pod's ports are.
type forwarder struct{ ports string }

// PortForward connects one stream with the TCP address that stands for this port of the pod.
func (f forwarder) PortForward(
	ctx context.Context, pod string, _ types.UID, port int32, stream io.ReadWriteCloser,
) error {
	defer stream.Close()
	connection, err := f.dial(ctx, port)
	if err != nil {
		return fmt.Errorf("error forwarding port %d to pod %s: %w", port, pod, err)
	}
	defer connection.Close()
	go func() {
		io.Copy(connection, stream)
		connection.CloseWrite()
	}()
	_, err = io.Copy(stream, connection)
	return err
}

func (f forwarder) dial(ctx context.Context, port int32) (*net.TCPConn, error) {
	addresses := map[string]string{}
	text, err := os.ReadFile(f.ports)
	if err == nil {
		err = json.Unmarshal(text, &addresses)
	}
	address, listens := addresses[strconv.Itoa(int(port))]
	if err != nil || !listens {
		// containerd's words.
		return nil, fmt.Errorf("failed to connect to localhost:%d inside namespace: connect: connection refused", port)
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return connection.(*net.TCPConn), nil
}
