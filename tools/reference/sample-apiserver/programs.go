//go:build programs

// Package programs names what is built here, so that `go mod tidy` keeps the modules that it needs.
package programs

import _ "k8s.io/sample-apiserver"
