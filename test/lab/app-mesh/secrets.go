package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	secret "github.com/envoyproxy/go-control-plane/envoy/service/secret/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/anypb"
)

// secrets stands in for the secret server beside an Envoy (SPIRE's agent), at a socket of the machine. Envoy opens a stream
// for each secret; one that was not delivered yet is waited for.
type secrets struct {
	secret.UnimplementedSecretDiscoveryServiceServer
	mutex   sync.Mutex
	held    map[string]*anypb.Any
	version int
	// renewed is closed when there is a new version.
	renewed chan struct{}
}

func serveSecrets(socket string) (*secrets, error) {
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	serving := &secrets{held: map[string]*anypb.Any{}, renewed: make(chan struct{})}
	server := grpc.NewServer()
	secret.RegisterSecretDiscoveryServiceServer(server, serving)
	go server.Serve(listener)
	return serving, nil
}

// deliver takes Secrets as a JSON list, instead of those before.
func (s *secrets) deliver(list io.Reader) error {
	var given []object
	if err := json.NewDecoder(list).Decode(&given); err != nil {
		return err
	}
	held := map[string]*anypb.Any{}
	for _, one := range given {
		written, err := json.Marshal(with(one, "@type", secretType))
		if err != nil {
			return err
		}
		message := &anypb.Any{}
		if err := protojson.Unmarshal(written, message); err != nil {
			return fmt.Errorf("secret %v: %w", one["name"], err)
		}
		held[text(one, "name")] = message
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.held = held
	s.version++
	close(s.renewed)
	s.renewed = make(chan struct{})
	return nil
}

// StreamSecrets answers one Envoy's wish for one secret, again whenever it is another.
func (s *secrets) StreamSecrets(stream secret.SecretDiscoveryService_StreamSecretsServer) error {
	request, err := stream.Recv()
	if err != nil {
		return err
	}
	// What Envoy says afterwards acknowledges.
	go func() {
		for {
			if _, err := stream.Recv(); err != nil {
				return
			}
		}
	}()
	sent := ""
	for {
		s.mutex.Lock()
		renewed, version := s.renewed, strconv.Itoa(s.version)
		var found *anypb.Any
		for _, name := range request.GetResourceNames() {
			found = s.held[name]
		}
		s.mutex.Unlock()
		if found != nil && string(found.GetValue()) != sent {
			sent = string(found.GetValue())
			response := &discovery.DiscoveryResponse{TypeUrl: secretType, VersionInfo: version, Nonce: version, Resources: []*anypb.Any{found}}
			if err := stream.Send(response); err != nil {
				return err
			}
		}
		select {
		case <-renewed:
		case <-stream.Context().Done():
			return nil
		}
	}
}
