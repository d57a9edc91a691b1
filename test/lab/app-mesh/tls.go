package main

import (
	"fmt"
	"slices"
	"strings"
)

// What App Mesh's TLS contexts looked like was never seen. What they do is documented (App Mesh user guide, "How App Mesh
// configures Envoys to negotiate TLS"), and the fields are Envoy's usual ones.

const (
	tlsTypes = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3."
	// secretServer is the cluster that App Mesh's agent writes into the bootstrap for a secret server beside Envoy (SPIRE).
	secretServer = "static_cluster_sds_unix_socket"
)

// filterChains are those of a listener: in plain text, with TLS, or both, told apart by a connection's first bytes.
func filterChains(filter, tls object) []object {
	plain := object{"filters": []object{filter}}
	mode := text(tls, "mode")
	if mode != "STRICT" && mode != "PERMISSIVE" {
		return []object{plain}
	}
	common, context := object{}, object{}
	addCertificate(common, member(tls, "certificate"))
	if validation := member(tls, "validation"); validation != nil {
		context["require_client_certificate"] = true
		addValidation(common, validation, nil)
	}
	secured := with(plain, "transport_socket", tlsSocket("DownstreamTlsContext", context, common))
	if mode == "STRICT" {
		return []object{secured}
	}
	return []object{with(secured, "filter_chain_match", object{"transport_protocol": "tls"}), plain}
}

// addUpstreamTLS decides whether connections to a VirtualNode begin with TLS: where the gateway's client policy enforces it on
// this port, with what that says; else where the node's listener offers it. Then a certificate of a file is not validated, and
// one of ACM against the root it chains up to.
func (g *gateway) addUpstreamTLS(cluster object, node resource, listener object) {
	policy := member(g.object.spec, "backendDefaults", "clientPolicy", "tls")
	port, _ := number(member(listener, "portMapping"), "port")
	offered := member(listener, "tls")
	mode := text(offered, "mode")
	common := object{}
	switch {
	case enforces(policy, port):
		addCertificate(common, member(policy, "certificate"))
		addValidation(common, member(policy, "validation"), discoveryName(node))
	case mode != "STRICT" && mode != "PERMISSIVE":
		return
	default:
		if secret := deliveredSecret(object{"acm": member(offered, "certificate")["acm"]}); secret != nil {
			common["validation_context_sds_secret_config"] = secret
		}
	}
	cluster["transport_socket"] = tlsSocket("UpstreamTlsContext", object{}, common)
}

// enforces says whether a client policy is in force on a port: `enforce` is true where it is not written, and no ports are all.
func enforces(policy object, port int) bool {
	if policy == nil || policy["enforce"] == false {
		return false
	}
	ports := texts(policy, "ports")
	return len(ports) == 0 || slices.Contains(ports, fmt.Sprint(port))
}

// discoveryName is what a target's certificate must name where the policy says nothing of names.
func discoveryName(node resource) []string {
	if hostname := text(member(node.spec, "serviceDiscovery", "dns"), "hostname"); hostname != "" {
		return []string{hostname}
	}
	cloudMap := member(node.spec, "serviceDiscovery", "awsCloudMap")
	return []string{text(cloudMap, "serviceName") + "." + text(cloudMap, "namespaceName")}
}

func tlsSocket(kind string, context, common object) object {
	context["@type"] = tlsTypes + kind
	context["common_tls_context"] = common
	return object{"name": "envoy.transport_sockets.tls", "typed_config": context}
}

func addCertificate(common, certificate object) {
	if file := member(certificate, "file"); file != nil {
		common["tls_certificates"] = []object{{
			"certificate_chain": fileOf(text(file, "certificateChain")),
			"private_key":       fileOf(text(file, "privateKey")),
		}}
	} else if secret := deliveredSecret(certificate); secret != nil {
		common["tls_certificate_sds_secret_configs"] = []object{secret}
	}
}

// addValidation makes Envoy refuse a peer whose certificate nobody trusted signed, or that names none of these.
func addValidation(common, validation object, names []string) {
	if written := texts(member(validation, "subjectAlternativeNames", "match"), "exact"); len(written) > 0 {
		names = written
	}
	checks := object{}
	var accepted []object
	for _, name := range names {
		kind := "DNS"
		if strings.Contains(name, "://") {
			kind = "URI"
		}
		accepted = append(accepted, object{"san_type": kind, "matcher": object{"exact": name}})
	}
	if len(accepted) > 0 {
		checks["match_typed_subject_alt_names"] = accepted
	}
	trust := member(validation, "trust")
	if file := member(trust, "file"); file != nil {
		checks["trusted_ca"] = fileOf(text(file, "certificateChain"))
		common["validation_context"] = checks
	} else if secret := deliveredSecret(trust); secret != nil {
		common["combined_validation_context"] = object{
			"default_validation_context":           checks,
			"validation_context_sds_secret_config": secret,
		}
	}
}

// fileOf names a file. Envoy has no root of its own in the lab: files lie below the folder that it works in.
func fileOf(path string) object {
	return object{"filename": strings.TrimPrefix(path, "/")}
}

// deliveredSecret is a certificate or authority that somebody delivers: the secret server beside Envoy, or for ACM App Mesh
// itself, by the stream that everything comes by. This stand-in has none of ACM's, so that those never come.
func deliveredSecret(source object) object {
	if name := text(member(source, "sds"), "secretName"); name != "" {
		server := object{"envoy_grpc": object{"cluster_name": secretServer}}
		asked := object{"api_type": "GRPC", "transport_api_version": "V3", "grpc_services": []object{server}}
		return object{"name": name, "sds_config": object{"api_config_source": asked, "resource_api_version": "V3"}}
	}
	acm := member(source, "acm")
	names := texts(acm, "certificateAuthorityARNs")
	if arn := text(acm, "certificateARN"); arn != "" {
		names = append(names, arn)
	}
	if len(names) == 0 {
		return nil
	}
	stream := object{"ads": object{}, "resource_api_version": "V3"}
	return object{"name": strings.Join(names, ","), "sds_config": stream}
}
