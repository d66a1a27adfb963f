package main

import (
	"reflect"
	"sort"

	admissionv1 "k8s.io/api/admission/v1"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	apiextensionsscheme "k8s.io/apiextensions-apiserver/pkg/apiserver"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	aggregatorscheme "k8s.io/kube-aggregator/pkg/apiserver/scheme"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/api/testing"
	_ "k8s.io/kubernetes/pkg/apis/apiserverinternal/install"
	_ "k8s.io/kubernetes/pkg/apis/storagemigration/install"
)

// A kind that one of the API server's schemes knows in an external version.
type registeredKind struct {
	gvk    schema.GroupVersionKind
	goType reflect.Type
	scheme *runtime.Scheme
}

// Kinds of the group-versions that discovery lists, in a stable order. Of alpha and beta versions only what is served:
// the schemes keep kinds there that left the API long ago.
func registeredKinds(served discovered) []registeredKind {
	var kinds []registeredKind
	seen := map[schema.GroupVersionKind]bool{}
	for _, scheme := range []*runtime.Scheme{legacyscheme.Scheme, apiextensionsscheme.Scheme, aggregatorscheme.Scheme} {
		for gvk, goType := range scheme.AllKnownTypes() {
			if !served.has(gvk) || seen[gvk] || isMetaType(goType) {
				continue
			}
			seen[gvk] = true
			kinds = append(kinds, registeredKind{gvk, goType, scheme})
		}
	}
	sort.Slice(kinds, func(i, j int) bool { return kinds[i].gvk.String() < kinds[j].gvk.String() })
	return kinds
}

// Types every group-version carries for its requests; they are listed once, under meta/v1.
func isMetaType(goType reflect.Type) bool {
	return goType.PkgPath() == "k8s.io/apimachinery/pkg/apis/meta/v1" || goType.PkgPath() == "k8s.io/apimachinery/pkg/runtime"
}

// What the API speaks besides its resources.
var extraTypes = []any{
	metav1.Status{}, metav1.ListOptions{}, metav1.GetOptions{}, metav1.CreateOptions{}, metav1.UpdateOptions{},
	metav1.PatchOptions{}, metav1.DeleteOptions{}, metav1.WatchEvent{}, metav1.TableOptions{}, metav1.Table{},
	metav1.PartialObjectMetadata{}, metav1.PartialObjectMetadataList{}, metav1.List{}, metav1.APIVersions{},
	metav1.APIGroup{}, metav1.APIGroupList{}, metav1.APIResource{}, metav1.APIResourceList{}, metav1.RootPaths{},
	metav1.LabelSelector{}, metav1.Condition{},
	admissionv1.AdmissionReview{},
	apidiscoveryv2.APIGroupDiscovery{}, apidiscoveryv2.APIGroupDiscoveryList{},
}
