package main

import (
	"fmt"
	"sort"
	"strings"
)

// gateway gathers what App Mesh would push to one VirtualGateway.
type gateway struct {
	objects  []resource
	object   resource
	mesh     string
	bindIP   string
	clusters map[string]object
	hosts    map[string]object
}

// translate works out the resources of a VirtualGateway: names and shapes as in the one public dump of such a gateway.
func translate(objects []resource, namespace, name, bindIP string) (Snapshot, error) {
	g := &gateway{objects: objects, bindIP: bindIP, clusters: map[string]object{}, hosts: map[string]object{}}
	found, ok := g.find("VirtualGateway", namespace, name)
	if !ok {
		return nil, fmt.Errorf("the manifests hold no VirtualGateway %s/%s", namespace, name)
	}
	g.object = found
	mesh, ok := g.meshOf(namespace)
	if !ok {
		return nil, fmt.Errorf("no Mesh, or more than one, selects namespace %s", namespace)
	}
	g.mesh = mesh

	ports := items(found.spec, "listeners")
	var listeners, tables []object
	for _, entry := range ports {
		mapping := member(entry, "portMapping")
		port, _ := number(mapping, "port")
		protocol := text(mapping, "protocol")
		redirect := g.selfRedirect(port, protocol, len(ports), member(entry, "connectionPool"))
		table := fmt.Sprintf("rds_ingress_%s_%d", protocol, port)
		prefix := "ingress"
		if len(ports) > 1 {
			prefix = fmt.Sprintf("ingress.%s.%d", protocol, port)
		}
		name := fmt.Sprintf("lds_ingress_0.0.0.0_%d", port)
		listeners = append(listeners, g.listener(name, port, prefix, table, member(entry, "tls")))
		virtualHost := object{"name": "self_redirect", "domains": []string{"*"}, "routes": g.gatewayRoutes(mapping, len(ports) == 1, redirect)}
		tables = append(tables, routeTable(table, virtualHost))
	}
	listeners = append(listeners, g.listener("lds_egress_0.0.0.0_15001", 15001, "egress", "rds_egress_http_15001", nil))
	tables = append(tables, routeTable("rds_egress_http_15001", sorted(g.hosts)...))
	return Snapshot{listenerType: listeners, routeType: tables, clusterType: sorted(g.clusters)}, nil
}

func (g *gateway) find(kind, namespace, name string) (resource, bool) {
	for _, candidate := range g.objects {
		if candidate.kind == kind && candidate.namespace == namespace && candidate.name == name {
			return candidate, true
		}
	}
	return resource{}, false
}

// resolve finds what a reference names; its namespace defaults to the referrer's, and it has to be in the same mesh.
func (g *gateway) resolve(kind string, reference object, referrer resource) (resource, bool) {
	namespace := text(reference, "namespace")
	if namespace == "" {
		namespace = referrer.namespace
	}
	if mesh, ok := g.meshOf(namespace); !ok || mesh != g.mesh {
		return resource{}, false
	}
	return g.find(kind, namespace, text(reference, "name"))
}

func (g *gateway) namespaceLabels(name string) map[string]string {
	found, _ := g.find("Namespace", "", name)
	return found.labels
}

// meshOf names the mesh of a namespace: the webhook takes one that exactly one Mesh selects.
func (g *gateway) meshOf(namespace string) (string, bool) {
	var names []string
	for _, candidate := range g.objects {
		if candidate.kind == "Mesh" && selects(member(candidate.spec, "namespaceSelector"), g.namespaceLabels(namespace)) {
			names = append(names, candidate.awsName())
		}
	}
	if len(names) != 1 {
		return "", false
	}
	return names[0], true
}

// mine says whether this gateway takes a GatewayRoute, as the webhook decided at its creation: of all gateways, this one and no
// other selects it, and both are in one mesh.
func (g *gateway) mine(route resource) bool {
	if mesh, ok := g.meshOf(route.namespace); !ok || mesh != g.mesh {
		return false
	}
	for _, candidate := range g.objects {
		if candidate.kind != "VirtualGateway" {
			continue
		}
		own := candidate.namespace == g.object.namespace && candidate.name == g.object.name
		if g.takes(candidate, route) != own {
			return false
		}
	}
	return true
}

func (g *gateway) takes(candidate, route resource) bool {
	if !selects(member(candidate.spec, "namespaceSelector"), g.namespaceLabels(route.namespace)) {
		return false
	}
	selector := member(candidate.spec, "gatewayRouteSelector")
	return selector == nil || selects(selector, route.labels)
}

// listener is one of the two listeners every request passes; its name says 0.0.0.0 wherever it binds.
func (g *gateway) listener(name string, port int, statPrefix, table string, tls object) object {
	manager := object{
		"@type":                            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
		"stat_prefix":                      statPrefix,
		"rds":                              object{"route_config_name": table, "config_source": object{"ads": object{}, "resource_api_version": "V3"}},
		"normalize_path":                   true,
		"merge_slashes":                    true,
		"path_with_escaped_slashes_action": "KEEP_UNCHANGED",
		"upgrade_configs":                  []object{{"upgrade_type": "websocket"}},
		"http_filters": []object{{
			"name":         "envoy.filters.http.router",
			"typed_config": object{"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
		}},
	}
	if log := accessLog(member(g.object.spec, "logging", "accessLog", "file")); log != nil {
		manager["access_log"] = []object{log}
	}
	filter := object{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
	made := object{
		"@type":         listenerType,
		"name":          name,
		"address":       socket(g.bindIP, port),
		"filter_chains": filterChains(filter, tls),
	}
	if tls != nil {
		inspector := object{"@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}
		made["listener_filters"] = []object{{"name": "envoy.filters.listener.tls_inspector", "typed_config": inspector}}
	}
	return made
}

func accessLog(file object) object {
	path := text(file, "path")
	if path == "" {
		return nil
	}
	config := object{"@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog", "path": path}
	format := member(file, "format")
	if line := text(format, "text"); line != "" {
		config["log_format"] = object{"text_format_source": object{"inline_string": line}}
	}
	if pairs := items(format, "json"); len(pairs) > 0 {
		fields := object{}
		for _, pair := range pairs {
			fields[text(pair, "key")] = text(pair, "value")
		}
		config["log_format"] = object{"json_format": fields}
	}
	return object{"name": "envoy.access_loggers.file", "typed_config": config}
}

// selfRedirect makes the cluster by which the first listener hands a request to the second; the name of its own.
func (g *gateway) selfRedirect(port int, protocol string, listeners int, pool object) string {
	infix := ""
	if listeners > 1 {
		infix = fmt.Sprintf("%d_", port)
	}
	name := fmt.Sprintf("cds_ingress_%s_%s_self_redirect_%s%s_15001", g.mesh, g.object.awsName(), infix, protocol)
	cluster := object{
		"@type":           clusterType,
		"name":            name,
		"type":            "STATIC",
		"connect_timeout": "0.25s",
		"load_assignment": assignment(name, g.bindIP, 15001),
	}
	addProtocol(cluster, protocol)
	addCircuitBreakers(cluster, pool)
	g.clusters[name] = cluster
	return name
}

func routeTable(name string, hosts ...object) object {
	return object{"@type": routeType, "name": name, "virtual_hosts": hosts}
}

func assignment(cluster, address string, port int) object {
	endpoint := object{"endpoint": object{"address": socket(address, port)}}
	return object{"cluster_name": cluster, "endpoints": []object{{"lb_endpoints": []object{endpoint}}}}
}

func socket(address string, port int) object {
	return object{"socket_address": object{"address": address, "port_value": port}}
}

// statsTags is the metadata by which App Mesh maps clusters and routes back to its own names.
func statsTags(key, value string) object {
	tags := fmt.Sprintf(`{"tags":[{"key":%q,"value":%q}]}`, key, value)
	return object{"filter_metadata": object{"aws.appmesh.aggregate_stats": object{"config": tags}}}
}

func sorted(byName map[string]object) []object {
	var names []string
	for name := range byName {
		names = append(names, name)
	}
	sort.Slice(names, func(left, right int) bool { return strings.Compare(names[left], names[right]) < 0 })
	var values []object
	for _, name := range names {
		values = append(values, byName[name])
	}
	return values
}
