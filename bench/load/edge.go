//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload/edgeapi"
)

// What the names of routes begin with.
const (
	edgeRoute    = "edge "
	storageRoute = "s3 "
)

// callEdge makes a call of the session API from a practice's address.
func callEdge(ctx context.Context, t *traffic, address string, r edgeapi.Request, etag string) (answer, error) {
	request, err := http.NewRequest(r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("CF-Connecting-IP", address)
	if r.Token != "" {
		request.Header.Set("Authorization", "Bearer "+r.Token)
	}
	if r.Body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	return t.do(ctx, edgeRoute+routeName(r.Method, request.URL.Path), request)
}

// persist makes a call again, as the phone does, while it may still succeed.
func persist(ctx context.Context, call func() (answer, error)) (answer, error) {
	rng := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	for try := 1; ; try++ {
		got, err := call()
		if err == nil && !shared.RetryableStatus(got.Status) || try == shared.PhoneRetry.Tries {
			return got, err
		}
		asked := shared.ParseRetryAfter(got.Header.Get("Retry-After"), time.Now())
		select {
		case <-ctx.Done():
			return got, ctx.Err()
		case <-time.After(shared.PhoneRetry.Wait(try, asked, rng)):
		}
	}
}

// routeName is the pattern of the OpenAPI document that a call falls under.
func routeName(method, path string) string {
	parts := strings.Split(strings.TrimPrefix(path, shared.BasePath+"/"), "/")
	switch {
	case len(parts) == 1 && method == "DELETE":
		parts[0] = "{encounterId}"
	case len(parts) == 2 && parts[0] == "token":
		parts[1] = "{token}"
	case len(parts) == 2 && parts[0] == "images":
		parts[1] = "{encounterId}"
	case len(parts) == 2:
		parts[0] = "{encounterId}"
	}
	return method + " /" + strings.Join(parts, "/")
}

// decode reads a response that must be a good one.
func decode[T any](got answer, what string) (T, error) {
	var value T
	if got.Status >= 300 {
		return value, fmt.Errorf("%s returned %s", what, failureCode(got, nil))
	}
	if err := json.Unmarshal(got.Body, &value); err != nil {
		return value, fmt.Errorf("the response to %s is not the expected JSON: %w", what, err)
	}
	return value, nil
}
