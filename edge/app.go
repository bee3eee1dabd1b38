// Command edge is the HTTP API of Photobridge: a Cloudflare worker when built
// for GOOS=js, a plain server otherwise.
package main

import (
	"net/http"
	"time"

	"github.com/clinicpro/photobridge/edge/api"
	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/edge/doctor"
	"github.com/clinicpro/photobridge/edge/environment"
	"github.com/clinicpro/photobridge/edge/objects"
	"github.com/clinicpro/photobridge/edge/realtime"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/edge/telemetry"
	"github.com/clinicpro/photobridge/edge/upstash"
	"github.com/clinicpro/photobridge/shared"
)

// platform is what the runtime gives the edge.
type platform struct {
	getenv    func(name string) string
	transport http.RoundTripper
	outbox    realtime.Outbox
	log       func(line []byte)
	limits    api.Limits
}

// newApp wires the edge: configuration, then clients, then the handler. With a
// bad configuration every call returns 503 and names the variables.
func newApp(p platform) http.Handler {
	config, err := readConfig(p.getenv)
	if err != nil {
		return unconfigured(err, config)
	}
	publisher, err := realtime.New(
		config.ablyKey, config.ablyRESTURL, telemetry.Transport("ably", p.transport), p.outbox,
	)
	if err != nil {
		return unconfigured(environment.Error{"ABLY_API_KEY: " + err.Error()}, config)
	}
	redis := &upstash.Client{
		URL:   config.redisURL,
		Token: config.redisToken,
		HTTP:  telemetry.Transport("redis", p.transport),
	}
	bucket := objects.New(config.objects, telemetry.Transport("s3", p.transport), time.Now)
	keys := credential.Keys{
		Session:   config.sessionSecret,
		Launch:    config.launchSecret,
		Audiences: []string{config.baseURL},
		Verified:  &credential.Verified{},
		Now:       now,
	}
	if config.launchJWKSURL != "" {
		keys.JWKS = &credential.JWKS{
			URL:  config.launchJWKSURL,
			HTTP: telemetry.Transport("jwks", p.transport),
			Now:  now,
		}
	}
	store := &upstash.Store{Redis: redis, Now: now}
	service := &session.Service{
		Store:           store,
		Objects:         bucket,
		Notifier:        publisher,
		CodeKey:         config.sessionSecret,
		MaxImages:       config.maxImages,
		MaxImageBytes:   config.maxImageSize,
		ConsentRequired: config.consent == shared.ConsentRequire,
		Pairing:         config.pairing,
		Now:             now,
	}
	store.Sweep = service.Sweep
	return api.New(api.Config{
		Service:        service,
		Keys:           keys,
		BaseURL:        config.baseURL,
		StorageOrigin:  bucket.PublicOrigin(),
		AllowedOrigins: config.allowedOrigins,
		Consent:        config.consent,
		Log:            p.log,
		Limits:         p.limits,
		Doctor:         examiner{config, redis, bucket, publisher}.examine,
		AdminToken:     config.adminToken,
	})
}

// now is in UTC, as all times on the wire are.
func now() time.Time { return time.Now().UTC() }

func unconfigured(cause error, config config) http.Handler {
	return api.Unconfigured(
		&shared.Error{
			Code: shared.CodeUpstreamUnavailable, Field: "configuration", RetryAfter: time.Minute, Err: cause,
		},
		doctor.Report{Checks: []doctor.Finding{{
			Name: "configuration", Detail: cause.Error(), Fix: fixConfiguration,
		}}},
		config.adminToken,
		config.allowedOrigins,
	)
}
