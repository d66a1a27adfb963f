// Prints what Kubernetes' own Go types say of the API, as JSON; main.ts turns it into the files of src/api/generated.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"sort"
	"strings"

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
	kinds := registeredKinds(readDiscovered(os.Args[1]))
	for _, kind := range kinds {
		c.visit(kind.goType)
	}
	for _, extra := range extraTypes {
		c.visit(reflect.TypeOf(extra))
	}
	defaults := make([]map[string]any, len(kinds))
	for i, kind := range kinds {
		if !strings.HasSuffix(kind.gvk.Kind, "List") {
			defaults[i] = unconditionalDefaults(kind, c)
		}
	}
	placeDefaults(kinds, defaults, c)
	result := facts{}
	for i, kind := range kinds {
		gvk := kind.gvk
		result.Kinds = append(result.Kinds, kindFacts{gvk.Group, gvk.Version, gvk.Kind, openAPIName(kind.goType), defaults[i]})
	}
	for _, facts := range c.structs {
		result.Structs = append(result.Structs, facts)
	}
	sort.Slice(result.Structs, func(i, j int) bool { return result.Structs[i].Name < result.Structs[j].Name })
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		panic(err)
	}
}
