package main

import "fmt"

// addVirtualService makes the virtual host of a VirtualService, and the clusters behind it. False where something it refers to
// does not exist: App Mesh made it active only when all of that was.
func (g *gateway) addVirtualService(service resource) bool {
	name := service.awsName()
	if _, known := g.hosts[name]; known {
		return true
	}
	routes, ok := g.serviceRoutes(service)
	if !ok {
		return false
	}
	host := object{"name": name, "domains": []string{name, name + ":15001"}}
	if len(routes) > 0 {
		host["routes"] = routes
	}
	g.hosts[name] = host
	return true
}

// isEmpty says whether a VirtualService leads nowhere: its virtual host has no routes.
func (g *gateway) isEmpty(service resource) bool {
	_, routed := g.hosts[service.awsName()]["routes"]
	return !routed
}

func (g *gateway) serviceRoutes(service resource) ([]object, bool) {
	provider := member(service.spec, "provider")
	if reference := member(provider, "virtualNode", "virtualNodeRef"); reference != nil {
		node, ok := g.resolve("VirtualNode", reference, service)
		if !ok {
			return nil, false
		}
		action := object{"cluster": g.nodeCluster(node, 0), "timeout": "15s"}
		metadata := statsTags("TargetVirtualService", service.awsName())
		return []object{{"match": object{"prefix": "/"}, "route": action, "metadata": metadata}}, true
	}
	reference := member(provider, "virtualRouter", "virtualRouterRef")
	if reference == nil {
		return nil, true
	}
	router, ok := g.resolve("VirtualRouter", reference, service)
	if !ok {
		return nil, false
	}
	var routes []object
	for _, route := range items(router.spec, "routes") {
		made, ok := g.routerRoute(route, router)
		if !ok {
			return nil, false
		}
		routes = append(routes, made)
	}
	return routes, true
}

func (g *gateway) routerRoute(route object, router resource) (object, bool) {
	kind, spec := routeSpec(route)
	var weighted []object
	for _, target := range items(member(spec, "action"), "weightedTargets") {
		node, ok := g.resolve("VirtualNode", member(target, "virtualNodeRef"), router)
		if !ok {
			return nil, false
		}
		port, _ := number(target, "port")
		weight, _ := number(target, "weight")
		weighted = append(weighted, object{"name": g.nodeCluster(node, port), "weight": weight})
	}
	action := object{"weighted_clusters": object{"clusters": weighted}, "timeout": "15s"}
	if limit := member(spec, "timeout", "perRequest"); limit != nil {
		action["timeout"] = duration(limit)
	}
	if idle := member(spec, "timeout", "idle"); idle != nil {
		action["idle_timeout"] = duration(idle)
	}
	if policy := member(spec, "retryPolicy"); policy != nil {
		action["retry_policy"] = retryPolicy(policy)
	}
	return object{"name": text(route, "name"), "match": routeMatch(kind, member(spec, "match")), "route": action}, true
}

func retryPolicy(policy object) object {
	conditions, codes := retryOn(policy)
	retries, _ := number(policy, "maxRetries")
	previous := object{
		"name":         "envoy.retry_host_predicates.previous_hosts",
		"typed_config": object{"@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"},
	}
	return object{
		"retry_on":                          conditions,
		"num_retries":                       retries,
		"per_try_timeout":                   duration(member(policy, "perRetryTimeout")),
		"retriable_status_codes":            codes,
		"retry_host_predicate":              []object{previous},
		"host_selection_retry_max_attempts": "5",
	}
}

func duration(value object) string {
	amount, _ := number(value, "value")
	if text(value, "unit") == "ms" {
		return fmt.Sprintf("%d.%03ds", amount/1000, amount%1000)
	}
	return fmt.Sprintf("%ds", amount)
}

// nodeCluster makes the cluster of a VirtualNode's listener: the one on `port`, else its first.
func (g *gateway) nodeCluster(node resource, port int) string {
	var listener object
	for _, candidate := range items(node.spec, "listeners") {
		if found, _ := number(member(candidate, "portMapping"), "port"); listener == nil || found == port {
			listener = candidate
		}
	}
	mapping := member(listener, "portMapping")
	target, _ := number(mapping, "port")
	name := fmt.Sprintf("cds_egress_%s_%s_%s_%d", g.mesh, node.awsName(), text(mapping, "protocol"), target)
	dns := member(node.spec, "serviceDiscovery", "dns")
	discovery := "LOGICAL_DNS"
	if text(dns, "responseType") == "ENDPOINTS" {
		discovery = "STRICT_DNS"
	}
	cluster := object{
		"@type":           clusterType,
		"name":            name,
		"type":            discovery,
		"connect_timeout": "1s",
		"load_assignment": assignment(name, text(dns, "hostname")+".", target),
		"metadata":        statsTags("TargetVirtualNode", node.awsName()),
	}
	addProtocol(cluster, text(mapping, "protocol"))
	addCircuitBreakers(cluster, member(listener, "connectionPool"))
	addOutlierDetection(cluster, member(listener, "outlierDetection"))
	g.addUpstreamTLS(cluster, node, listener)
	g.clusters[name] = cluster
	return name
}

// addProtocol makes a cluster speak HTTP/2 where its listener's protocol is http2 or grpc.
func addProtocol(cluster object, protocol string) {
	if protocol != "http2" && protocol != "grpc" {
		return
	}
	cluster["typed_extension_protocol_options"] = object{
		"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": object{
			"@type":                "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
			"explicit_http_config": object{"http2_protocol_options": object{}},
		},
	}
}

func addCircuitBreakers(cluster, pool object) {
	thresholds := object{}
	for _, kind := range []string{"http", "http2", "grpc", "tcp"} {
		for from, to := range map[string]string{
			"maxConnections":     "max_connections",
			"maxPendingRequests": "max_pending_requests",
			"maxRequests":        "max_requests",
		} {
			if value, written := number(member(pool, kind), from); written {
				thresholds[to] = value
			}
		}
	}
	if len(thresholds) > 0 {
		cluster["circuit_breakers"] = object{"thresholds": []object{thresholds}}
	}
}

func addOutlierDetection(cluster, detection object) {
	if detection == nil {
		return
	}
	errors, _ := number(detection, "maxServerErrors")
	percent, _ := number(detection, "maxEjectionPercent")
	cluster["outlier_detection"] = object{
		"consecutive_5xx":      errors,
		"interval":             duration(member(detection, "interval")),
		"base_ejection_time":   duration(member(detection, "baseEjectionDuration")),
		"max_ejection_percent": percent,
	}
}

// addDefaultBackend adds a VirtualService to the virtual host that takes requests whose host is kept: there the header that
// the first hop adds decides.
func (g *gateway) addDefaultBackend(service resource) {
	own, _ := g.hosts[service.awsName()]["routes"].([]object)
	header := object{"name": "x-app-mesh-virtual-service", "string_match": object{"exact": service.awsName()}}
	host := g.hosts["default_backend"]
	if host == nil {
		host = object{
			"name":                       "default_backend",
			"domains":                    []string{"*"},
			"response_headers_to_remove": []string{"x-app-mesh-virtual-service"},
		}
		g.hosts["default_backend"] = host
	}
	routes, _ := host["routes"].([]object)
	for _, route := range own {
		match := member(route, "match")
		headers, _ := match["headers"].([]object)
		routes = append(routes, with(route, "match", with(match, "headers", append([]object{header}, headers...))))
	}
	host["routes"] = routes
}
