package main

import "fmt"

// refused is a snapshot with one update in it that a real Envoy refuses; the other resources stay good.
func refused(snapshot Snapshot, what string) (Snapshot, error) {
	switch what {
	case "listener":
		first := snapshot[listenerType][0]
		snapshot[listenerType] = append([]object{withBadLog(first)}, snapshot[listenerType][1:]...)
	case "routes":
		first := snapshot[routeType][0]
		host := object{"name": "second", "domains": []string{"*"}}
		hosts, _ := first["virtual_hosts"].([]object)
		bad := with(first, "virtual_hosts", append(append([]object{}, hosts...), host))
		snapshot[routeType] = append([]object{bad}, snapshot[routeType][1:]...)
	case "cluster":
		bad := object{"@type": clusterType, "name": "cds_egress_bad", "type": "LOGICAL_DNS", "connect_timeout": "1s"}
		snapshot[clusterType] = append(snapshot[clusterType], bad)
	default:
		return nil, fmt.Errorf("what=%q: it takes listener, routes or cluster", what)
	}
	return snapshot, nil
}

// withBadLog gives a listener an access log format that Envoy does not know.
func withBadLog(listener object) object {
	chains, _ := listener["filter_chains"].([]object)
	filters, _ := chains[0]["filters"].([]object)
	manager := member(filters[0], "typed_config")
	log := object{
		"@type":      "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
		"path":       "/dev/stdout",
		"log_format": object{"text_format_source": object{"inline_string": "%UNKNOWN_OPERATOR%\n"}},
	}
	broken := with(manager, "access_log", []object{{"name": "envoy.access_loggers.file", "typed_config": log}})
	return with(listener, "filter_chains", []object{with(chains[0], "filters", []object{with(filters[0], "typed_config", broken)})})
}
