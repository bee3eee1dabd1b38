// Command edge is the HTTP API of Photobridge: a Cloudflare worker when built
// for GOOS=js, a plain server otherwise.
package main

import (
	"net/http"
	"time"

	"github.com/clinicpro/photobridge/edge/api"
	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/edge/objects"
	"github.com/clinicpro/photobridge/edge/realtime"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/edge/upstash"
	"github.com/clinicpro/photobridge/shared"
)

// newApp wires the edge: configuration, then clients, then the handler. With a
// bad configuration every call answers 503 and names the variables.
func newApp(getenv func(string) string, transport http.RoundTripper, log func(line []byte)) http.Handler {
	config, err := readConfig(getenv)
	if err != nil {
		return misconfigured(err)
	}
	notifier, err := realtime.New(config.ablyKey, config.ablyRESTURL, transport)
	if err != nil {
		return misconfigured(configError{"ABLY_API_KEY: " + err.Error()})
	}
	return api.New(api.Config{
		Service: &session.Service{
			Store:         &upstash.Store{Redis: &upstash.Client{URL: config.redisURL, Token: config.redisToken, HTTP: transport}},
			Objects:       objects.New(config.objects, transport, time.Now),
			Notifier:      notifier,
			MaxImages:     config.maxImages,
			MaxImageBytes: config.maxImageSize,
			Now:           now,
		},
		Keys:           credential.Keys{Session: config.sessionSecret, Launch: config.launchSecret, Now: now},
		BaseURL:        config.baseURL,
		AllowedOrigins: config.allowedOrigins,
		MaxImages:      config.maxImages,
		MaxImageBytes:  config.maxImageSize,
		Consent:        config.consent,
		Log:            log,
	})
}

// now is in UTC, as all times on the wire are.
func now() time.Time { return time.Now().UTC() }

func misconfigured(cause error) http.Handler {
	return api.Unavailable(&shared.Error{
		Code:       shared.CodeUpstreamUnavailable,
		Detail:     "This deployment is not configured. " + cause.Error() + ".",
		RetryAfter: time.Minute,
	})
}
