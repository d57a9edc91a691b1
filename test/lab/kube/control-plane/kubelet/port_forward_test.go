package kubelet

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
)

// The SPDY way of kubectl; websockets are tried through a whole API server by the lab's tests.
func TestPortForwardOverSPDY(t *testing.T) {
	live := func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "LIVE\n") }
	admin := httptest.NewServer(http.HandlerFunc(live))
	defer admin.Close()
	base, folder := serve(t)
	write(t, folder, "ports.json", fmt.Sprintf(`{"9901": %q}`, admin.Listener.Addr()))
	transport, upgrader, err := spdy.RoundTripperFor(&rest.Config{Host: base})
	if err != nil {
		t.Fatal(err)
	}
	target, _ := url.Parse(base + "/portForward/shop/edge")
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, "POST", target)
	stop, ready := make(chan struct{}), make(chan struct{})
	defer close(stop)
	var complaints bytes.Buffer
	forward, err := portforward.New(dialer, []string{"0:9901", "0:9902"}, stop, ready, io.Discard, &complaints)
	if err != nil {
		t.Fatal(err)
	}
	go forward.ForwardPorts()
	select {
	case <-ready:
	case <-time.After(10 * time.Second):
		t.Fatal("not ready in 10 s")
	}
	ports, err := forward.GetPorts()
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/ready", ports[0].Local))
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(response.Body); string(body) != "LIVE\n" {
		t.Errorf("got %q", body)
	}
	response.Body.Close()
	if response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/ready", ports[1].Local)); err == nil {
		t.Errorf("nothing listens on 9902, yet it answered %s", response.Status)
	}
}
