package main

import (
	"encoding/json"
	"os"
	"strings"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// What discovery lists: group-versions, and in each the kinds.
type discovered map[schema.GroupVersion]map[string]bool

func (d discovered) has(gvk schema.GroupVersionKind) bool {
	kinds, served := d[gvk.GroupVersion()]
	isStable := !strings.ContainsAny(gvk.Version[1:], "abcdefghijklmnopqrstuvwxyz")
	return served && (isStable || kinds[strings.TrimSuffix(gvk.Kind, "List")])
}

// Reads aggregated discovery. The core group, which it does not hold, has only its v1.
func readDiscovered(path string) discovered {
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	var list apidiscoveryv2.APIGroupDiscoveryList
	if err := json.Unmarshal(content, &list); err != nil {
		panic(err)
	}
	served := discovered{{Version: "v1"}: {}}
	for _, group := range list.Items {
		for _, version := range group.Versions {
			kinds := map[string]bool{}
			for _, resource := range version.Resources {
				kinds[resource.ResponseKind.Kind] = true
			}
			served[schema.GroupVersion{Group: group.Name, Version: version.Version}] = kinds
		}
	}
	return served
}
