// Package shared is the vocabulary that the edge and the phone engine speak:
// the messages of the HTTP API, the metadata of a clinical photo, error codes,
// limits and the retry policy. It uses the standard library only and knows no
// other package of this module.
//
// The TypeScript twin of the messages is web/src/contract/api.ts; samples of
// each in testdata are decoded by the tests of both.
package shared
