package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
)

const (
	discoveryVariants = 12
	randomVariants    = 40
	// How deep the neighbours of a field are filled.
	siblingDepth = 3
)

// Finds the defaults that hold always. Each default that shows on one of many differently filled objects is a candidate;
// it counts if the same value shows up on all of them, whatever else they hold, wherever its field is left out.
func unconditionalDefaults(kind registeredKind, c *collector) map[string]any {
	p := prober{kind, filler{c, rand.New(rand.NewSource(1))}}
	candidates := map[string]string{}
	for variant := 0; variant < discoveryVariants; variant++ {
		object := reflect.New(kind.goType)
		p.fillStructure(object.Elem(), variant, nil)
		before := asJSON(object.Interface())
		if p.applyDefaults(object) {
			collectAdded("", before, asJSON(object.Interface()), candidates)
		}
	}
	found := map[string]any{}
	for path, text := range candidates {
		if p.holdsAlways(path, text) {
			found[path] = parsed(text)
		}
	}
	return found
}

type prober struct {
	kind registeredKind
	filler
}

// Filled at random, defaulting may meet what validation would have refused, and panic: such a variant says nothing.
func (p prober) applyDefaults(object reflect.Value) (ok bool) {
	defer func() { ok = recover() == nil }()
	p.kind.scheme.Default(object.Interface().(runtime.Object))
	return
}

func (p prober) holdsAlways(path string, want string) bool {
	steps := strings.Split(path, ".")
	checked := 0
	for variant := 0; variant < randomVariants; variant++ {
		object := reflect.New(p.kind.goType)
		p.fillAround(object.Elem(), steps, variant > 0)
		if !p.applyDefaults(object) {
			continue
		}
		for _, value := range valuesAt(object.Elem(), steps) {
			if value != want {
				return false
			}
		}
		checked++
	}
	return checked > randomVariants/2
}

// Makes the place of the field and leaves the field itself out; what stands beside the way is filled at random.
func (p prober) fillAround(value reflect.Value, steps []string, filled bool) {
	if filled {
		p.fillFields(value, []reflect.Type{value.Type()}, siblingDepth)
	}
	name, isList := strings.CutSuffix(steps[0], "[]")
	field := fieldByJSON(value, name)
	if len(steps) == 1 {
		field.SetZero()
		return
	}
	if !isList {
		p.fillAround(allocated(field), steps[1:], filled)
		return
	}
	if field.Len() == 0 {
		field.Set(reflect.MakeSlice(field.Type(), 1, 1))
	}
	for i := 0; i < field.Len(); i++ {
		p.fillAround(allocated(field.Index(i)), steps[1:], filled)
	}
}

func allocated(value reflect.Value) reflect.Value {
	if value.Kind() != reflect.Pointer {
		return value
	}
	if value.IsNil() {
		value.Set(reflect.New(value.Type().Elem()))
	}
	return value.Elem()
}

func fieldByJSON(value reflect.Value, name string) reflect.Value {
	for i := 0; i < value.NumField(); i++ {
		field := value.Type().Field(i)
		tag := strings.Split(field.Tag.Get("json"), ",")[0]
		if tag == name {
			return value.Field(i)
		}
		if tag == "" && field.Anonymous {
			if found := fieldByJSON(value.Field(i), name); found.IsValid() {
				return found
			}
		}
	}
	return reflect.Value{}
}

// Every value at a path, as JSON.
func valuesAt(value reflect.Value, steps []string) []string {
	if len(steps) == 0 {
		return []string{asText(asJSON(value.Interface()))}
	}
	if value.Kind() == reflect.Pointer {
		if value.IsNil() {
			return []string{"null"}
		}
		value = value.Elem()
	}
	name, isList := strings.CutSuffix(steps[0], "[]")
	field := fieldByJSON(value, name)
	if !isList {
		return valuesAt(field, steps[1:])
	}
	var values []string
	for i := 0; i < field.Len(); i++ {
		values = append(values, valuesAt(field.Index(i), steps[1:])...)
	}
	return values
}

// Notes each field that defaulting set, by its path. Lists that grew and maps depend on what else is there; a time is now.
func collectAdded(path string, before, after any, into map[string]string) {
	switch after := after.(type) {
	case map[string]any:
		before, _ := before.(map[string]any)
		for name, value := range after {
			if strings.ContainsAny(name, "./[]") {
				continue
			}
			inner := strings.TrimPrefix(path+"."+name, ".")
			old, there := before[name]
			_, wasStruct := old.(map[string]any)
			if there && (wasStruct || !isZero(old)) {
				collectAdded(inner, old, value, into)
			} else if (!there || asText(old) != asText(value)) && !isTime(value) {
				into[inner] = asText(value)
			}
		}
	case []any:
		before, _ := before.([]any)
		for i, item := range after {
			if i < len(before) {
				collectAdded(path+"[]", before[i], item, into)
			}
		}
	}
}

func isTime(value any) bool {
	text, isText := value.(string)
	_, err := time.Parse(time.RFC3339, text)
	return isText && err == nil
}

func isZero(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case float64:
		return value == 0
	case bool:
		return !value
	case []any:
		return len(value) == 0
	}
	return false
}

func asJSON(object any) any {
	content, err := json.Marshal(object)
	if err != nil {
		panic(fmt.Sprintf("%T: %v", object, err))
	}
	return parsed(string(content))
}

func parsed(text string) any {
	var tree any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		panic(err)
	}
	return tree
}

func asText(tree any) string {
	content, err := json.Marshal(tree)
	if err != nil {
		panic(err)
	}
	return string(content)
}

// Puts a default on its struct's field if it holds wherever the struct is reached, else leaves it with the kind.
func placeDefaults(kinds []registeredKind, found []map[string]any, c *collector) {
	type seen struct {
		values map[string]bool
		places map[int][]string
	}
	fields := map[*fieldFacts]*seen{}
	for i, kind := range kinds {
		if found[i] == nil {
			continue
		}
		c.walk(openAPIName(kind.goType), "", nil, func(path string, field *fieldFacts) {
			if fields[field] == nil {
				fields[field] = &seen{map[string]bool{}, map[int][]string{}}
			}
			value, ok := found[i][path]
			fields[field].values[fmt.Sprint(ok)+asText(value)] = true
			if ok {
				fields[field].places[i] = append(fields[field].places[i], path)
			}
		})
	}
	for field, seen := range fields {
		if len(seen.values) != 1 {
			continue
		}
		for i, paths := range seen.places {
			for _, path := range paths {
				field.Default = found[i][path]
				delete(found[i], path)
			}
		}
	}
}

// Visits every field that can be reached from a struct; a recursive type once.
func (c *collector) walk(name string, path string, outer []string, visit func(path string, field *fieldFacts)) {
	for _, each := range outer {
		if each == name {
			return
		}
	}
	outer = append(outer, name)
	fields := c.structs[name].Fields
	for i := range fields {
		inner := strings.TrimPrefix(path+"."+fields[i].Name, ".")
		visit(inner, &fields[i])
		target, suffix := fields[i].Type, ""
		if target.List != nil {
			target, suffix = *target.List, "[]"
		}
		if target.Struct != "" {
			c.walk(target.Struct, inner+suffix, outer, visit)
		}
	}
}
