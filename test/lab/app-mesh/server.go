package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"

	_ "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/file/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/listener/tls_inspector/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/retry/host/previous_hosts/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/anypb"
)

// Resource types in the order App Mesh's dependencies ask for: what is referred to comes first.
const (
	clusterType  = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
	routeType    = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
	listenerType = "type.googleapis.com/envoy.config.listener.v3.Listener"
	secretType   = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
)

var pushOrder = []string{clusterType, routeType, listenerType}

// object is a JSON object: resources are written as Envoy prints them, and checked when they are made into messages.
type object = map[string]any

// Snapshot holds the resources of each type.
type Snapshot map[string][]object

// server is a state-of-the-world ADS server. A type gets a new version only when its resources changed, and an update that
// Envoy refused is not sent again: the version has to change first, so one bad update is refused once.
type server struct {
	discovery.UnimplementedAggregatedDiscoveryServiceServer
	mutex     sync.Mutex
	resources map[string][]*anypb.Any
	texts     map[string]string
	versions  map[string]int
	streams   map[chan string]struct{}
	stalled   bool
	acked     map[string]string
	nacked    []object
}

func newServer() *server {
	return &server{
		resources: map[string][]*anypb.Any{},
		texts:     map[string]string{},
		versions:  map[string]int{},
		streams:   map[chan string]struct{}{},
		acked:     map[string]string{},
	}
}

// set takes a new snapshot and tells the open streams of the types that changed.
func (s *server) set(snapshot Snapshot) error {
	made := map[string][]*anypb.Any{}
	texts := map[string]string{}
	for kind, resources := range snapshot {
		for _, resource := range resources {
			text, err := json.Marshal(resource)
			if err != nil {
				return err
			}
			message := &anypb.Any{}
			if err := protojson.Unmarshal(text, message); err != nil {
				return fmt.Errorf("%s %v: %w", kind, resource["name"], err)
			}
			made[kind] = append(made[kind], message)
			texts[kind] += string(text)
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, kind := range pushOrder {
		if s.texts[kind] == texts[kind] {
			continue
		}
		s.resources[kind], s.texts[kind] = made[kind], texts[kind]
		s.versions[kind]++
		for stream := range s.streams {
			stream <- kind
		}
	}
	return nil
}

func (s *server) stall() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.stalled = true
}

func (s *server) state() object {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return object{"versions": s.versions, "acked": s.acked, "nacked": slices.Clone(s.nacked), "streams": len(s.streams)}
}

// StreamAggregatedResources answers one Envoy.
func (s *server) StreamAggregatedResources(stream discovery.AggregatedDiscoveryService_StreamAggregatedResourcesServer) error {
	changes := make(chan string, 1000)
	s.mutex.Lock()
	s.streams[changes] = struct{}{}
	s.mutex.Unlock()
	defer func() {
		s.mutex.Lock()
		delete(s.streams, changes)
		s.mutex.Unlock()
	}()
	requests := make(chan *discovery.DiscoveryRequest)
	go receive(stream, requests)
	asked := map[string]string{}
	for {
		select {
		case request, open := <-requests:
			if !open {
				return nil
			}
			names := fmt.Sprint(request.GetResourceNames())
			before, known := asked[request.GetTypeUrl()]
			asked[request.GetTypeUrl()] = names
			s.note(request)
			if known && before == names {
				continue
			}
			if err := s.send(stream, request.GetTypeUrl()); err != nil {
				return err
			}
		case kind := <-changes:
			if _, known := asked[kind]; !known {
				continue
			}
			if err := s.send(stream, kind); err != nil {
				return err
			}
		}
	}
}

func receive(stream discovery.AggregatedDiscoveryService_StreamAggregatedResourcesServer, requests chan<- *discovery.DiscoveryRequest) {
	defer close(requests)
	for {
		request, err := stream.Recv()
		if err != nil {
			return
		}
		select {
		case requests <- request:
		case <-stream.Context().Done():
			return
		}
	}
}

func (s *server) note(request *discovery.DiscoveryRequest) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if detail := request.GetErrorDetail(); detail != nil {
		s.nacked = append(s.nacked, object{"type": request.GetTypeUrl(), "message": detail.GetMessage()})
	} else if request.GetVersionInfo() != "" {
		s.acked[request.GetTypeUrl()] = request.GetVersionInfo()
	}
}

func (s *server) send(stream discovery.AggregatedDiscoveryService_StreamAggregatedResourcesServer, kind string) error {
	s.mutex.Lock()
	stalled := s.stalled
	version := strconv.Itoa(s.versions[kind])
	response := &discovery.DiscoveryResponse{TypeUrl: kind, VersionInfo: version, Nonce: version, Resources: s.resources[kind]}
	s.mutex.Unlock()
	// Certificates of ACM: there are none to deliver.
	if stalled || kind == secretType {
		return nil
	}
	return stream.Send(response)
}
