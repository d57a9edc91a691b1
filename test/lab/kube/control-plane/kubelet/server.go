// Package kubelet answers the two endpoints of a kubelet that kube-apiserver proxies for people: a container's log, and
// port-forward. What it serves lies in a folder: `<namespace>/<pod>/<container>.log` (and `.previous.log`) in the
// format of the container runtime interface, and `<namespace>/<pod>/ports.json`, which maps ports of the pod to TCP
// addresses.
package kubelet

import (
	"context"
	"crypto/tls"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"time"
)

// ClientName is who kube-apiserver is to a kubelet; nobody else is let in.
const ClientName = "kube-apiserver-kubelet-client"

// Serve listens on a free port of 127.0.0.1 until the context ends, and tells the port.
func Serve(ctx context.Context, folder string, config *tls.Config) (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	config = config.Clone()
	config.ClientAuth = tls.RequireAndVerifyClientCert
	server := &http.Server{
		Handler:           onlyAPIServer(handler(folder)),
		TLSConfig:         config,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	go func() {
		if err := server.ServeTLS(listener, "", ""); err != http.ErrServerClosed {
			log.Print("kubelet: ", err)
		}
	}()
	context.AfterFunc(ctx, func() { server.Close() })
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func handler(folder string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		serveLog(w, r, folder)
	})
	mux.HandleFunc("/portForward/{namespace}/{pod}", func(w http.ResponseWriter, r *http.Request) {
		servePortForward(w, r, folder)
	})
	return mux
}

func onlyAPIServer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := r.TLS.PeerCertificates[0].Subject.CommonName; name != ClientName {
			http.Error(w, "Forbidden (user="+name+")", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// inFolder is the path of a pod's file; names that would lead out of the folder name nothing.
func inFolder(folder, namespace, pod, file string) string {
	local := filepath.Join(namespace, pod, file)
	if !filepath.IsLocal(local) || filepath.Base(local) != file {
		return filepath.Join(folder, "none")
	}
	return filepath.Join(folder, local)
}
