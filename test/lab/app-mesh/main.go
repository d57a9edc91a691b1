// Command app-mesh stands in for the control plane of AWS App Mesh, which ended on 2026-09-30. It reads Kubernetes
// manifests, works out what App Mesh would push to one VirtualGateway, and serves that over ADS.
//
//	app-mesh -manifests DIR -gateway NAMESPACE/NAME [-bind-ip IP] [-ads-port N] [-control-port N] [-secret-socket PATH]
//
// It prints one line, `READY ads=PORT control=PORT`, and then obeys, on the control port:
//
//	POST /reload                                 read the manifests again and push what they say
//	POST /refuse?what=listener|routes|cluster    push one update that a real Envoy refuses
//	POST /stall                                  keep connections and never answer again
//	POST /secrets                                deliver these Secrets (a JSON list) at the secret server's socket
//	POST /die                                    end at once
//	GET  /state                                  what was pushed, acknowledged and refused
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
)

func main() {
	manifests := flag.String("manifests", "", "folder of Kubernetes manifests")
	gateway := flag.String("gateway", "", "the VirtualGateway to serve: namespace/name")
	bindIP := flag.String("bind-ip", "127.0.0.1", "address that the gateway's listeners bind to; their names keep 0.0.0.0")
	adsPort := flag.Int("ads-port", 0, "loopback port of the discovery service; 0 takes a free one")
	controlPort := flag.Int("control-port", 0, "loopback port that commands come to; 0 takes a free one")
	secretSocket := flag.String("secret-socket", "", "where to stand in for the secret server beside Envoy; none where empty")
	flag.Parse()
	log.SetFlags(0)

	namespace, name, found := strings.Cut(*gateway, "/")
	if !found || *manifests == "" {
		log.Fatal("app-mesh needs -manifests DIR and -gateway NAMESPACE/NAME")
	}
	load := func() (Snapshot, error) {
		objects, err := readManifests(*manifests)
		if err != nil {
			return nil, err
		}
		return translate(objects, namespace, name, *bindIP)
	}
	server := newServer()
	snapshot, err := load()
	if err != nil {
		log.Fatal(err)
	}
	if err := server.set(snapshot); err != nil {
		log.Fatal(err)
	}
	var delivering *secrets
	if *secretSocket != "" {
		if delivering, err = serveSecrets(*secretSocket); err != nil {
			log.Fatal(err)
		}
	}

	ads := listen(*adsPort)
	control := listen(*controlPort)
	grpcServer := grpc.NewServer()
	discovery.RegisterAggregatedDiscoveryServiceServer(grpcServer, server)
	go func() { log.Fatal(grpcServer.Serve(ads)) }()
	fmt.Printf("READY ads=%d control=%d\n", portOf(ads), portOf(control))
	log.Fatal(http.Serve(control, commands(server, delivering, load)))
}

func commands(server *server, delivering *secrets, load func() (Snapshot, error)) http.Handler {
	mux := http.NewServeMux()
	push := func(make func(request *http.Request) (Snapshot, error)) http.HandlerFunc {
		return func(writer http.ResponseWriter, request *http.Request) {
			snapshot, err := make(request)
			if err == nil {
				err = server.set(snapshot)
			}
			if err != nil {
				http.Error(writer, err.Error(), http.StatusBadRequest)
			}
		}
	}
	mux.HandleFunc("POST /reload", push(func(*http.Request) (Snapshot, error) { return load() }))
	mux.HandleFunc("POST /refuse", push(func(request *http.Request) (Snapshot, error) {
		snapshot, err := load()
		if err != nil {
			return nil, err
		}
		return refused(snapshot, request.URL.Query().Get("what"))
	}))
	mux.HandleFunc("POST /secrets", func(writer http.ResponseWriter, request *http.Request) {
		if err := delivering.deliver(request.Body); err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
		}
	})
	mux.HandleFunc("POST /stall", func(http.ResponseWriter, *http.Request) { server.stall() })
	mux.HandleFunc("POST /die", func(http.ResponseWriter, *http.Request) { os.Exit(1) })
	mux.HandleFunc("GET /state", func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("content-type", "application/json")
		if err := json.NewEncoder(writer).Encode(server.state()); err != nil {
			log.Print(err)
		}
	})
	return mux
}

func listen(port int) net.Listener {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

func portOf(listener net.Listener) int {
	if address, ok := listener.Addr().(*net.TCPAddr); ok {
		return address.Port
	}
	return 0
}
