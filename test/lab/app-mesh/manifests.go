package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// resource is one Kubernetes object of a manifest.
type resource struct {
	kind, namespace, name string
	labels                map[string]string
	spec                  object
}

// readManifests reads every YAML file of a folder; kinds that are not App Mesh's (or Namespace) are of no use here.
func readManifests(folder string) ([]resource, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var resources []resource
	for _, file := range files {
		found, err := readFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		resources = append(resources, found...)
	}
	return resources, nil
}

func readFile(path string) ([]resource, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoder := yaml.NewDecoder(file)
	var resources []resource
	for {
		var document object
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return resources, nil
		}
		if err != nil {
			return nil, err
		}
		if document == nil {
			continue
		}
		metadata := member(document, "metadata")
		labels := map[string]string{}
		for key, value := range member(metadata, "labels") {
			labels[key] = fmt.Sprint(value)
		}
		resources = append(resources, resource{
			kind:      text(document, "kind"),
			namespace: text(metadata, "namespace"),
			name:      text(metadata, "name"),
			labels:    labels,
			spec:      member(document, "spec"),
		})
	}
}

// awsName is spec.awsName or the default the webhook gave: joined with a dot for a VirtualService, else with an underscore.
func (r resource) awsName() string {
	if written := text(r.spec, "awsName"); written != "" {
		return written
	}
	switch r.kind {
	case "Mesh":
		return r.name
	case "VirtualService":
		return r.name + "." + r.namespace
	default:
		return r.name + "_" + r.namespace
	}
}

// member is the object at a path of keys; empty where there is none.
func member(value object, path ...string) object {
	for _, key := range path {
		next, _ := value[key].(object)
		value = next
	}
	return value
}

// text is a member that is a text; empty where it is none.
func text(value object, key string) string {
	found, _ := value[key].(string)
	return found
}

// number is a member that is a whole number.
func number(value object, key string) (int, bool) {
	found, ok := value[key].(int)
	return found, ok
}

// items are the objects of a list member.
func items(value object, key string) []object {
	list, _ := value[key].([]any)
	var found []object
	for _, item := range list {
		if entry, ok := item.(object); ok {
			found = append(found, entry)
		}
	}
	return found
}

// texts are the texts of a list member.
func texts(value object, key string) []string {
	list, _ := value[key].([]any)
	var found []string
	for _, item := range list {
		found = append(found, fmt.Sprint(item))
	}
	return found
}

// selects says whether a label selector matches; an absent one matches nothing.
func selects(selector object, labels map[string]string) bool {
	if selector == nil {
		return false
	}
	for key, wanted := range member(selector, "matchLabels") {
		if actual, found := labels[key]; !found || actual != fmt.Sprint(wanted) {
			return false
		}
	}
	for _, expression := range items(selector, "matchExpressions") {
		actual, found := labels[text(expression, "key")]
		among := strings.Contains("\n"+strings.Join(texts(expression, "values"), "\n")+"\n", "\n"+actual+"\n")
		switch text(expression, "operator") {
		case "In":
			if !found || !among {
				return false
			}
		case "NotIn":
			if found && among {
				return false
			}
		case "Exists":
			if !found {
				return false
			}
		case "DoesNotExist":
			if found {
				return false
			}
		}
	}
	return true
}
