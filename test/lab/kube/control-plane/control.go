package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// serveControl lets a test do what no API can. It listens on a free port of 127.0.0.1, without any door.
func serveControl(ctx context.Context, etcdURL string) (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /age", func(w http.ResponseWriter, r *http.Request) {
		moment, err := time.Parse(time.RFC3339, r.URL.Query().Get("to"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		aged, err := ageObjects(r.Context(), etcdURL, moment)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, aged)
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	context.AfterFunc(ctx, func() { server.Close() })
	return listener.Addr().(*net.TCPAddr).Port, nil
}
