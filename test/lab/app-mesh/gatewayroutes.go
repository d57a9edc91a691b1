package main

import (
	"sort"
	"strings"
)

// placed is an Envoy route with what orders it: the priority of its GatewayRoute, then the longest prefix.
type placed struct {
	route    object
	priority int
	length   int
	name     string
}

// gatewayRoutes are the routes of an ingress listener, in the order App Mesh documents: smaller priority first, unset is 1000;
// then the longest prefix. A GatewayRoute whose target does not resolve was never made active, and has no route.
func (g *gateway) gatewayRoutes(port int, redirect string) []object {
	var all []placed
	for _, route := range g.objects {
		if route.kind != "GatewayRoute" || !g.mine(route) {
			continue
		}
		kind, spec := routeSpec(route.spec)
		if wanted, written := number(member(spec, "match"), "port"); spec == nil || (written && wanted != port) {
			continue
		}
		target, ok := g.resolve("VirtualService", member(spec, "action", "target", "virtualService", "virtualServiceRef"), route)
		if !ok || !g.addVirtualService(target) {
			continue
		}
		priority, written := number(route.spec, "priority")
		if !written {
			priority = 1000
		}
		for _, made := range g.routesOf(kind, spec, target, redirect) {
			match := member(made, "match")
			all = append(all, placed{made, priority, len(text(match, "prefix")) + len(text(match, "path")), route.awsName()})
		}
	}
	sort.SliceStable(all, func(left, right int) bool {
		one, other := all[left], all[right]
		if one.priority != other.priority {
			return one.priority < other.priority
		}
		if one.length != other.length {
			return one.length > other.length
		}
		return one.name < other.name
	})
	var routes []object
	for _, entry := range all {
		routes = append(routes, entry.route)
	}
	return routes
}

func routeSpec(spec object) (string, object) {
	for _, kind := range []string{"httpRoute", "http2Route", "grpcRoute", "tcpRoute"} {
		if found := member(spec, kind); found != nil {
			return kind, found
		}
	}
	return "", nil
}

// routesOf is one Envoy route, or two: a prefix that is rewritten and does not end in a slash stands as `/x/` and `/x`, so
// that `/x/a` does not become `//a`.
func (g *gateway) routesOf(kind string, spec object, target resource, redirect string) []object {
	rewrite := member(spec, "action", "rewrite")
	matcher := member(spec, "match")
	action := object{"cluster": redirect}
	if !g.isEmpty(target) {
		action["timeout"] = "15s"
	}
	base := object{"route": action, "metadata": statsTags("TargetVirtualService", target.awsName())}
	if text(member(rewrite, "hostname"), "defaultTargetHostname") == "DISABLED" {
		header := object{"header": object{"key": "x-app-mesh-virtual-service", "value": target.awsName()}}
		base["request_headers_to_add"] = []object{header}
		g.addDefaultBackend(target)
	} else {
		action["host_rewrite_literal"] = target.awsName()
	}
	match := routeMatch(kind, matcher)
	prefix := text(match, "prefix")
	switch {
	case kind == "grpcRoute":
	case prefix != "":
		if text(member(rewrite, "prefix"), "defaultPrefix") == "DISABLED" {
			break
		}
		action["prefix_rewrite"] = "/"
		if value := text(member(rewrite, "prefix"), "value"); value != "" {
			action["prefix_rewrite"] = value
		}
		if !strings.HasSuffix(prefix, "/") {
			return []object{withMatch(base, with(match, "prefix", prefix+"/")), withMatch(base, match)}
		}
	case text(member(rewrite, "path"), "exact") != "":
		action["prefix_rewrite"] = text(member(rewrite, "path"), "exact")
	}
	return []object{withMatch(base, match)}
}

func withMatch(route, match object) object {
	return with(route, "match", match)
}

func with(value object, key string, member any) object {
	copied := object{}
	for name, other := range value {
		copied[name] = other
	}
	copied[key] = member
	return copied
}
