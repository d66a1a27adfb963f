// Prints what Kubernetes' own Go types say of the API, as JSON; main.ts turns it into the files of src/api/generated.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"sort"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kubernetes/pkg/generated/openapi"
)

type kindFacts struct {
	Group    string         `json:"group"`
	Version  string         `json:"version"`
	Kind     string         `json:"kind"`
	Struct   string         `json:"struct"`
	Defaults map[string]any `json:"defaults"`
}

type facts struct {
	Kinds   []kindFacts    `json:"kinds"`
	Structs []*structFacts `json:"structs"`
}

// The one argument is the path of aggregated_v2.json: which group-versions are served.
func main() {
	c := &collector{
		definitions: openapi.GetOpenAPIDefinitions(func(name string) spec.Ref { return spec.MustCreateRef(common.EscapeJsonPointer(name)) }),
		structs:     map[string]*structFacts{},
		goTypes:     map[string]reflect.Type{},
	}
	kinds := registeredKinds(servedVersions(os.Args[1]))
	result := facts{}
	for _, kind := range kinds {
		result.Kinds = append(result.Kinds, kindFacts{
			kind.gvk.Group, kind.gvk.Version, kind.gvk.Kind, c.visit(kind.goType), map[string]any{},
		})
	}
	for _, extra := range extraTypes {
		c.visit(reflect.TypeOf(extra))
	}
	for _, facts := range c.structs {
		result.Structs = append(result.Structs, facts)
	}
	sort.Slice(result.Structs, func(i, j int) bool { return result.Structs[i].Name < result.Structs[j].Name })
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		panic(err)
	}
}

func servedVersions(path string) map[schema.GroupVersion]bool {
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	var discovery apidiscoveryv2.APIGroupDiscoveryList
	if err := json.Unmarshal(content, &discovery); err != nil {
		panic(err)
	}
	served := map[schema.GroupVersion]bool{{Version: "v1"}: true}
	for _, group := range discovery.Items {
		for _, version := range group.Versions {
			served[schema.GroupVersion{Group: group.Name, Version: version.Version}] = true
		}
	}
	return served
}
