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

// gatewayRoutes are the routes of an ingress listener. A GatewayRoute whose target does not resolve was never made active, and
// has no route; nor has one of another protocol than the listener's, or one that names no port beside several listeners.
func (g *gateway) gatewayRoutes(mapping object, only bool, redirect string) []object {
	port, _ := number(mapping, "port")
	var all []placed
	for _, route := range g.objects {
		if route.kind != "GatewayRoute" || !g.mine(route) {
			continue
		}
		kind, spec := routeSpec(route.spec)
		if kind != text(mapping, "protocol")+"Route" {
			continue
		}
		if wanted, written := number(member(spec, "match"), "port"); (written && wanted != port) || (!written && !only) {
			continue
		}
		target, ok := g.resolve("VirtualService", member(spec, "action", "target", "virtualService", "virtualServiceRef"), route)
		if !ok || !g.addVirtualService(target) {
			continue
		}
		for _, made := range g.routesOf(kind, spec, target, redirect) {
			all = append(all, place(made, route.spec, route.awsName()))
		}
	}
	return ordered(all)
}

// place notes what orders a route; a priority that is not written is the last one, 1000.
func place(made, spec object, name string) placed {
	priority, written := number(spec, "priority")
	if !written {
		priority = 1000
	}
	match := member(made, "match")
	return placed{made, priority, len(text(match, "prefix")) + len(text(match, "path")), name}
}

// ordered are the routes in the order App Mesh documents: smaller priority first, then the longest prefix. What it does with
// equals is not documented; here their names decide.
func ordered(all []placed) []object {
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
	base := object{"route": action}
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
