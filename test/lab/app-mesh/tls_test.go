package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const fileTrust = "validation: { trust: { file: { certificateChain: /certs/ca.pem } } }"

// tlsWorld is the world with TLS on the gateway's listener, a client policy, and a target's listener.
func tlsWorld(listener, policy, target string) string {
	manifests := strings.Replace(world, "protocol: http }", "protocol: http }, tls: "+listener, 1)
	manifests = strings.Replace(manifests, "spec: { namespaceSelector: { matchLabels: { mesh: shop } }, listeners",
		"spec: { backendDefaults: { clientPolicy: { tls: "+policy+" } }, namespaceSelector: { matchLabels: { mesh: shop } }, listeners", 1)
	return strings.Replace(manifests, "protocol: grpc }", "protocol: grpc }, tls: "+target, 1) + route("a", "prefix: /", "cart", "")
}

// asJSON is what a listener's chains, or a cluster's socket, say.
func asJSON(t *testing.T, value any) string {
	t.Helper()
	said, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

func clusterOf(t *testing.T, snapshot Snapshot) string {
	t.Helper()
	for _, cluster := range snapshot[clusterType] {
		if text(cluster, "name") == "cds_egress_shop_cart_shop_grpc_8080" {
			return asJSON(t, cluster["transport_socket"])
		}
	}
	t.Fatal("no cluster of the target")
	return ""
}

func TestModesOfAListener(t *testing.T) {
	certificate := "certificate: { file: { certificateChain: /certs/edge.pem, privateKey: /certs/edge.key } }"
	for mode, want := range map[string]string{"DISABLED": "plain", "STRICT": "tls", "PERMISSIVE": "tls plain"} {
		snapshot := translated(t, tlsWorld("{ mode: "+mode+", "+certificate+" }", "null", "null"))
		chains, _ := snapshot[listenerType][0]["filter_chains"].([]object)
		var kinds []string
		for _, chain := range chains {
			kind := "plain"
			if strings.Contains(asJSON(t, chain), `"filename":"certs/edge.pem"`) {
				kind = "tls"
			}
			kinds = append(kinds, kind)
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: got %q", mode, got)
		}
	}
}

func TestWhetherConnectionsBeginWithTLS(t *testing.T) {
	offers := "{ mode: STRICT, certificate: { file: { certificateChain: /c, privateKey: /k } } }"
	for _, one := range []struct {
		name, policy, target string
		holds, lacks         string
	}{
		{"nobody asks for it", "null", "null", "null", "Tls"},
		{"the policy enforces it", "{ " + fileTrust + " }", "null", `"exact":"cart.shop"`, "sds"},
		{"the policy names other names", "{ validation: { subjectAlternativeNames: { match: { exact: [pay.test] } }, trust: { file: { certificateChain: /ca } } } }", "null", `"exact":"pay.test"`, "cart.shop"},
		{"it is not enforced", "{ enforce: false, " + fileTrust + " }", "null", "null", "Tls"},
		{"it is enforced on another port", "{ ports: [443], " + fileTrust + " }", "null", "null", "Tls"},
		{"the target offers it: the server decides, and a file is not validated", "null", offers, "UpstreamTlsContext", "trusted_ca"},
		{"the policy is for another port, the target offers it", "{ ports: [443], " + fileTrust + " }", offers, "UpstreamTlsContext", "trusted_ca"},
		{"a secret server delivers the authority", "{ validation: { trust: { sds: { secretName: 'spiffe://shop' } } } }", "null", `"cluster_name":"static_cluster_sds_unix_socket"`, `"ads"`},
		{"App Mesh delivers an authority of ACM", "{ validation: { trust: { acm: { certificateAuthorityARNs: ['arn:aws:acm-pca:x'] } } } }", "null", `"ads"`, "static_cluster"},
	} {
		got := clusterOf(t, translated(t, tlsWorld("null", one.policy, one.target)))
		if !strings.Contains(got, one.holds) || strings.Contains(got, one.lacks) {
			t.Errorf("%s: got %s", one.name, got)
		}
	}
}
