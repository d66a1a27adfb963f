package main

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

type structFacts struct {
	Name    string       `json:"name"`
	GoName  string       `json:"goName"`
	GoPkg   string       `json:"goPkg"`
	MapType string       `json:"mapType,omitempty"`
	Fields  []fieldFacts `json:"fields"`
}

type fieldFacts struct {
	Name      string   `json:"name"`
	Type      typeRef  `json:"type"`
	Pointer   bool     `json:"pointer,omitempty"`
	OmitEmpty bool     `json:"omitEmpty,omitempty"`
	Required  bool     `json:"required,omitempty"`
	Number    int      `json:"number,omitempty"`
	Wire      string   `json:"wire,omitempty"`
	Within    []int    `json:"within,omitempty"`
	Strategy  string   `json:"strategy,omitempty"`
	MergeKey  string   `json:"mergeKey,omitempty"`
	ListType  string   `json:"listType,omitempty"`
	ListKeys  []string `json:"listKeys,omitempty"`
	MapType   string   `json:"mapType,omitempty"`
	Default   any      `json:"default,omitempty"`
	// As Go's decoder names it in errors.
	GoType string `json:"goType"`
	// The inlined structs around it, which errors name too.
	Inlined []string `json:"inlined,omitempty"`
}

// One of: a scalar or "any" by code; a struct by OpenAPI name; a list or a map of another.
type typeRef struct {
	Code    string   `json:"code,omitempty"`
	Struct  string   `json:"struct,omitempty"`
	List    *typeRef `json:"list,omitempty"`
	Map     *typeRef `json:"map,omitempty"`
	Wrapped bool     `json:"wrapped,omitempty"`
	Enum    []string `json:"enum,omitempty"`
}

// Types that write themselves, by package and name.
var codes = map[string]string{
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":                                             "date-time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":                                        "micro-time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":                                         "duration",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":                                         "fields-v1",
	"k8s.io/apimachinery/pkg/api/resource.Quantity":                                         "quantity",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString":                                       "int-or-string",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":                                          "raw-extension",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON":                         "json",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool":        "schema-or-bool",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray":       "schema-or-array",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray": "schema-or-strings",
}

func codeOf(goType reflect.Type) string {
	return codes[goType.PkgPath()+"."+goType.Name()]
}

const notInProtobuf = -1

type collector struct {
	definitions map[string]common.OpenAPIDefinition
	structs     map[string]*structFacts
	goTypes     map[string]reflect.Type
}

func openAPIName(goType reflect.Type) string {
	if named, ok := reflect.New(goType).Interface().(interface{ OpenAPIModelName() string }); ok {
		return named.OpenAPIModelName()
	}
	return util.ToRESTFriendlyName(goType.PkgPath() + "." + goType.Name())
}

func (c *collector) visit(goType reflect.Type) string {
	name := openAPIName(goType)
	if known, ok := c.goTypes[name]; ok {
		if known != goType {
			panic(fmt.Sprintf("%s names both %v and %v", name, known, goType))
		}
		return name
	}
	c.goTypes[name] = goType
	definition := c.definitions[name].Schema
	facts := &structFacts{Name: name, GoName: goType.Name(), GoPkg: goType.PkgPath(), Fields: []fieldFacts{}}
	facts.MapType, _ = definition.Extensions.GetString("x-kubernetes-map-type")
	c.structs[name] = facts
	c.fields(facts, goType, definition, nil, nil)
	return name
}

// Fields in Go's order, those of inlined structs in their place. within and inlined: the inlined structs' protobuf numbers and names.
func (c *collector) fields(into *structFacts, goType reflect.Type, definition spec.Schema, within []int, inlined []string) {
	required := map[string]bool{}
	for _, name := range definition.Required {
		required[name] = true
	}
	for i := 0; i < goType.NumField(); i++ {
		field := goType.Field(i)
		tag := strings.Split(field.Tag.Get("json"), ",")
		if tag[0] == "-" || !field.IsExported() {
			continue
		}
		number, wire := protobufTag(field.Tag.Get("protobuf"))
		if tag[0] == "" && field.Anonymous {
			// What Go inlines without a number is not in the message: apiVersion and kind stand in the envelope around it.
			if number == 0 {
				number = notInProtobuf
			}
			c.fields(into, field.Type, definition, append(slices.Clone(within), number), append(slices.Clone(inlined), field.Name))
			continue
		}
		messages := within
		if slices.Contains(within, notInProtobuf) {
			number, messages = 0, nil
		}
		property, documented := definition.Properties[tag[0]]
		facts := fieldFacts{
			Name: tag[0], Required: required[tag[0]], Number: number, Wire: wire, Within: messages,
			Strategy: field.Tag.Get("patchStrategy"), MergeKey: field.Tag.Get("patchMergeKey"), Inlined: inlined,
		}
		fieldType := field.Type
		if fieldType.Kind() == reflect.Pointer {
			facts.Pointer = true
			fieldType = fieldType.Elem()
		}
		facts.GoType = fieldType.String()
		facts.OmitEmpty = leavesOut(tag[1:], field.Type)
		facts.Type = c.typeOf(fieldType, &property)
		if documented {
			facts.ListType, _ = property.Extensions.GetString("x-kubernetes-list-type")
			facts.ListKeys, _ = property.Extensions.GetStringSlice("x-kubernetes-list-map-keys")
			facts.MapType, _ = property.Extensions.GetString("x-kubernetes-map-type")
		}
		into.Fields = append(into.Fields, facts)
	}
}

// encoding/json's omitempty never leaves out a struct; only omitzero does.
func leavesOut(options []string, goType reflect.Type) bool {
	for _, option := range options {
		if option == "omitzero" || option == "omitempty" && goType.Kind() != reflect.Struct {
			return true
		}
	}
	return false
}

func protobufTag(tag string) (int, string) {
	if tag == "" {
		return 0, ""
	}
	parts := strings.Split(tag, ",")
	number, err := strconv.Atoi(parts[1])
	if err != nil {
		panic(tag)
	}
	return number, parts[0]
}

func (c *collector) typeOf(goType reflect.Type, schema *spec.Schema) typeRef {
	if code := codeOf(goType); code != "" {
		return typeRef{Code: code}
	}
	switch goType.Kind() {
	case reflect.Interface:
		return typeRef{Code: "json"}
	case reflect.String:
		return typeRef{Code: "string", Enum: enumOf(schema)}
	case reflect.Bool:
		return typeRef{Code: "boolean"}
	case reflect.Int32, reflect.Uint32, reflect.Int, reflect.Uint16, reflect.Uint8:
		return typeRef{Code: "int32"}
	case reflect.Int64, reflect.Uint64:
		return typeRef{Code: "int64"}
	case reflect.Float64:
		return typeRef{Code: "double"}
	case reflect.Struct:
		return typeRef{Struct: c.visit(goType)}
	case reflect.Pointer:
		return c.typeOf(goType.Elem(), schema)
	case reflect.Slice:
		if goType.Elem().Kind() == reflect.Uint8 {
			return typeRef{Code: "byte"}
		}
		items := c.typeOf(goType.Elem(), itemsOf(schema))
		_, wrapped := reflect.New(goType).Interface().(interface{ Marshal() ([]byte, error) })
		return typeRef{List: &items, Wrapped: wrapped}
	case reflect.Map:
		values := c.typeOf(goType.Elem(), valuesOf(schema))
		return typeRef{Map: &values}
	}
	panic("no shape for " + goType.String())
}

func enumOf(schema *spec.Schema) []string {
	if schema == nil {
		return nil
	}
	var enum []string
	for _, value := range schema.Enum {
		enum = append(enum, value.(string))
	}
	return enum
}

func itemsOf(schema *spec.Schema) *spec.Schema {
	if schema == nil || schema.Items == nil {
		return nil
	}
	return schema.Items.Schema
}

func valuesOf(schema *spec.Schema) *spec.Schema {
	if schema == nil || schema.AdditionalProperties == nil {
		return nil
	}
	return schema.AdditionalProperties.Schema
}
