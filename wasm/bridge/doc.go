// Package bridge is the only place that speaks to the browser: one file for
// each browser API, each a small typed thing that the packages inside know as
// an interface of their own. Everything that calls JavaScript is in files named
// _js.go; elsewhere the package is empty.
package bridge
