package main

import (
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

type filler struct {
	c      *collector
	random *rand.Rand
}

// Strings that defaulting might look at; those of an enum come with its field.
var words = []string{"x", "image:1", "image:latest", "host.io/image", "None", "IPv4", "10.0.0.1", "default"}

// Allocates every struct, and one element of every list; in later variants some are left out. outer: the types around,
// so that a recursive one ends.
func (f filler) fillStructure(value reflect.Value, variant int, outer []reflect.Type) {
	goType := value.Type()
	skipped := variant > 0 && f.random.Intn(4) == 0
	switch goType.Kind() {
	case reflect.Pointer:
		if !skipped && isPlainStruct(goType.Elem()) && !slices.Contains(outer, goType.Elem()) {
			f.fillStructure(allocated(value), variant, outer)
		}
	case reflect.Slice:
		if !skipped && isPlainStruct(goType.Elem()) && !slices.Contains(outer, goType.Elem()) {
			value.Set(reflect.MakeSlice(goType, 1, 1))
			f.fillStructure(value.Index(0), variant, outer)
		}
	case reflect.Struct:
		if !isPlainStruct(goType) {
			return
		}
		for i := 0; i < value.NumField(); i++ {
			f.fillStructure(value.Field(i), variant, append(outer, goType))
		}
	}
}

func isPlainStruct(goType reflect.Type) bool {
	return goType.Kind() == reflect.Struct && codeOf(goType) == ""
}

// Fills about half of what there is, down to a depth. enum: the values the field may have.
func (f filler) fillRandomly(value reflect.Value, enum []string, outer []reflect.Type, depth int) {
	goType := value.Type()
	if f.fillSpecial(value) {
		return
	}
	if depth == 0 || goType.Kind() != reflect.Struct && f.random.Intn(2) == 0 {
		return
	}
	switch goType.Kind() {
	case reflect.String:
		if len(enum) == 0 || f.random.Intn(8) == 0 {
			enum = words
		}
		value.SetString(enum[f.random.Intn(len(enum))])
	case reflect.Bool:
		value.SetBool(f.random.Intn(2) == 0)
	case reflect.Int, reflect.Int32, reflect.Int64:
		value.SetInt(int64(f.random.Intn(5)))
	case reflect.Float64:
		value.SetFloat(f.random.Float64())
	case reflect.Pointer:
		if !slices.Contains(outer, goType.Elem()) {
			value.Set(reflect.New(goType.Elem()))
			f.fillRandomly(value.Elem(), enum, outer, depth)
		}
	case reflect.Slice:
		if !slices.Contains(outer, goType.Elem()) && goType.Elem().Kind() != reflect.Interface {
			value.Set(reflect.MakeSlice(goType, 1+f.random.Intn(2), 2))
			for i := 0; i < value.Len(); i++ {
				f.fillRandomly(value.Index(i), enum, outer, depth)
			}
		}
	case reflect.Map:
		value.Set(reflect.MakeMap(goType))
		element := reflect.New(goType.Elem()).Elem()
		f.fillRandomly(element, enum, outer, depth)
		value.SetMapIndex(reflect.ValueOf("cpu").Convert(goType.Key()), element)
	case reflect.Struct:
		f.fillFields(value, append(outer, goType), depth-1)
	}
}

func (f filler) fillFields(value reflect.Value, outer []reflect.Type, depth int) {
	enums := map[string][]string{}
	if facts := f.c.structs[openAPIName(value.Type())]; facts != nil {
		for _, field := range facts.Fields {
			enums[field.Name] = field.Type.Enum
		}
	}
	for i := 0; i < value.NumField(); i++ {
		name := strings.Split(value.Type().Field(i).Tag.Get("json"), ",")[0]
		f.fillRandomly(value.Field(i), enums[name], outer, depth)
	}
}

// Types that write themselves; left out about half the time, too.
func (f filler) fillSpecial(value reflect.Value) bool {
	if codeOf(value.Type()) == "" {
		return value.Kind() == reflect.Interface
	}
	if f.random.Intn(2) == 0 {
		return true
	}
	switch special := value.Addr().Interface().(type) {
	case *metav1.Time:
		special.Time = time.Unix(1, 0)
	case *metav1.MicroTime:
		special.Time = time.Unix(1, 0)
	case *metav1.Duration:
		special.Duration = time.Second
	case *resource.Quantity:
		*special = resource.MustParse("1")
	case *intstr.IntOrString:
		*special = []intstr.IntOrString{intstr.FromInt32(1), intstr.FromString("50%")}[f.random.Intn(2)]
	case *runtime.RawExtension:
		special.Raw = []byte("{}")
	}
	return true
}
