// Package shared is the vocabulary that the edge and the phone engine speak:
// the messages of the HTTP API, the metadata of a clinical photo, error codes,
// limits and the retry policy. It uses the standard library and shared/wire.
//
// The messages are written here and nowhere else. `make generate` derives their
// codecs, TypeScript types and OpenAPI schemas.
package shared
