package main

import "strings"

// routeMatch is the RouteMatch of a GatewayRoute's or a VirtualRouter route's `match`.
func routeMatch(kind string, match object) object {
	made := object{}
	headers := headerMatchers(items(match, "headers"))
	switch path := member(match, "path"); {
	case kind == "grpcRoute":
		made["prefix"] = "/"
		if service := text(match, "serviceName"); service != "" {
			made["prefix"] = "/" + service + "/"
			if method := text(match, "methodName"); method != "" {
				delete(made, "prefix")
				made["path"] = "/" + service + "/" + method
			}
		}
		made["grpc"] = object{}
		headers = append(headers, headerMatchers(items(match, "metadata"))...)
	case text(path, "exact") != "":
		made["path"] = text(path, "exact")
	case text(path, "regex") != "":
		made["safe_regex"] = object{"regex": text(path, "regex")}
	case text(match, "prefix") != "":
		made["prefix"] = text(match, "prefix")
	default:
		made["prefix"] = "/"
	}
	if method := text(match, "method"); method != "" {
		headers = append(headers, object{"name": ":method", "string_match": object{"exact": method}})
	}
	if scheme := text(match, "scheme"); scheme != "" {
		headers = append(headers, object{"name": ":scheme", "string_match": object{"exact": scheme}})
	}
	if hostname := member(match, "hostname"); hostname != nil {
		headers = append(headers, object{"name": ":authority", "string_match": stringMatch(hostname)})
	}
	if len(headers) > 0 {
		made["headers"] = headers
	}
	if parameters := queryMatchers(items(match, "queryParameters")); len(parameters) > 0 {
		made["query_parameters"] = parameters
	}
	return made
}

func headerMatchers(headers []object) []object {
	var made []object
	for _, header := range headers {
		matcher := object{"name": text(header, "name")}
		match := member(header, "match")
		bounds := member(match, "range")
		switch {
		case match == nil:
			matcher["present_match"] = true
		case bounds != nil:
			matcher["range_match"] = object{"start": bounds["start"], "end": bounds["end"]}
		default:
			matcher["string_match"] = stringMatch(match)
		}
		if invert, _ := header["invert"].(bool); invert {
			matcher["invert_match"] = true
		}
		made = append(made, matcher)
	}
	return made
}

func stringMatch(match object) object {
	for _, kind := range []string{"exact", "prefix", "suffix"} {
		if value := text(match, kind); value != "" {
			return object{kind: value}
		}
	}
	return object{"safe_regex": object{"regex": text(match, "regex")}}
}

func queryMatchers(parameters []object) []object {
	var made []object
	for _, parameter := range parameters {
		matcher := object{"name": text(parameter, "name")}
		if match := member(parameter, "match"); match != nil {
			matcher["string_match"] = object{"exact": text(match, "exact")}
		} else {
			matcher["present_match"] = true
		}
		made = append(made, matcher)
	}
	return made
}

// retryOn are Envoy's words for the retry events of a VirtualRouter's policy.
func retryOn(policy object) (string, []int) {
	conditions := []string{}
	codes := []int{}
	for _, event := range texts(policy, "httpRetryEvents") {
		switch event {
		case "server-error":
			codes = append(codes, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511)
		case "gateway-error":
			codes = append(codes, 502, 503, 504)
		case "client-error":
			codes = append(codes, 409)
		case "stream-error":
			conditions = append(conditions, "reset", "refused-stream")
		}
	}
	for range texts(policy, "tcpRetryEvents") {
		conditions = append(conditions, "connect-failure")
	}
	conditions = append(conditions, texts(policy, "grpcRetryEvents")...)
	if len(codes) > 0 {
		conditions = append(conditions, "retriable-status-codes")
	}
	return strings.Join(conditions, ","), codes
}
