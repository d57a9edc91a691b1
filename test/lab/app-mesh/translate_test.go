package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const world = `
kind: Namespace
metadata: { name: shop, labels: { mesh: shop } }
---
kind: Mesh
metadata: { name: shop }
spec: { namespaceSelector: { matchLabels: { mesh: shop } } }
---
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
spec: { namespaceSelector: { matchLabels: { mesh: shop } }, listeners: [{ portMapping: { port: 8088, protocol: http } }] }
---
kind: VirtualNode
metadata: { name: cart, namespace: shop }
spec: { listeners: [{ portMapping: { port: 8080, protocol: grpc } }], serviceDiscovery: { dns: { hostname: cart.shop } } }
---
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec: { provider: { virtualNode: { virtualNodeRef: { name: cart } } } }
---
kind: VirtualService
metadata: { name: search, namespace: shop }
`

func route(name, match, target, more string) string {
	return "---\nkind: GatewayRoute\nmetadata: { name: " + name + ", namespace: shop }\nspec: { " + more + " httpRoute: { match: { " +
		match + " }, action: { target: { virtualService: { virtualServiceRef: { name: " + target + " } } } } } }\n"
}

func translated(t *testing.T, manifests string) Snapshot {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "all.yaml"), []byte(manifests), 0o600); err != nil {
		t.Fatal(err)
	}
	objects, err := readManifests(folder)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := translate(objects, "shop", "edge", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if err := newServer().set(snapshot); err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// prefixes are the ingress routes' prefixes in their order.
func prefixes(snapshot Snapshot) string {
	hosts, _ := snapshot[routeType][0]["virtual_hosts"].([]object)
	routes, _ := hosts[0]["routes"].([]object)
	var found []string
	for _, entry := range routes {
		found = append(found, text(member(entry, "match"), "prefix"))
	}
	return strings.Join(found, " ")
}

func TestRoutesAreOrderedByPriorityThenLengthAndDoubled(t *testing.T) {
	manifests := world + route("a", "prefix: /", "cart", "") + route("b", "prefix: /cart", "cart", "") + route("c", "prefix: /x/", "cart", "priority: 1,")
	if got := prefixes(translated(t, manifests)); got != "/x/ /cart/ /cart /" {
		t.Errorf("got %q", got)
	}
}

func TestARouteToNothingIsNotPushed(t *testing.T) {
	if got := prefixes(translated(t, world+route("a", "prefix: /a/", "gone", "")+route("b", "prefix: /b/", "cart", ""))); got != "/b/" {
		t.Errorf("got %q", got)
	}
}

func TestAServiceWithoutProviderIsAnEmptyVirtualHost(t *testing.T) {
	snapshot := translated(t, world+route("a", "prefix: /a/", "search", ""))
	hosts, _ := snapshot[routeType][1]["virtual_hosts"].([]object)
	if len(hosts) != 1 || text(hosts[0], "name") != "search.shop" || hosts[0]["routes"] != nil {
		t.Errorf("got %v", hosts)
	}
}

func TestNamesAreThoseOfAppMesh(t *testing.T) {
	snapshot := translated(t, world+route("a", "prefix: /a/", "cart", ""))
	var names []string
	for _, kind := range []string{listenerType, clusterType} {
		for _, entry := range snapshot[kind] {
			names = append(names, text(entry, "name"))
		}
	}
	want := "lds_ingress_0.0.0.0_8088 lds_egress_0.0.0.0_15001 cds_egress_shop_cart_shop_grpc_8080 cds_ingress_shop_edge_shop_self_redirect_http_15001"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %q", got)
	}
}
