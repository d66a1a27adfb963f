//go:build programs

// Package programs names what is built here, so that `go mod tidy` keeps the modules that it needs.
package programs

import _ "sigs.k8s.io/kwok/cmd/kwok"
