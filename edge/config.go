package main

import (
	"strings"

	"github.com/clinicpro/photobridge/edge/environment"
	"github.com/clinicpro/photobridge/edge/objects"
	"github.com/clinicpro/photobridge/shared"
)

// config is the edge's configuration, read from its environment.
type config struct {
	redisURL, redisToken    string
	objects                 objects.Config
	ablyKey, ablyRESTURL    string
	baseURL                 string
	allowedOrigins          []string
	sessionSecret           []byte
	launchSecret            []byte
	launchJWKSURL           string // instead of launchSecret
	adminToken              string // empty: the doctor is switched off
	maxImages, maxImageSize int
	consent                 shared.Consent
	pairing                 shared.Pairing
}

// readConfig reads the configuration. It fails with an environment.Error; the
// allowed origins and the admin token are read even then.
func readConfig(getenv func(string) string) (config, error) {
	r := &environment.Reader{Getenv: getenv}
	// A phone page on plain http is a page in development: outside the local
	// network it has no camera.
	r.Development = environment.IsPlain(getenv("BASE_URL"))
	c := config{
		redisURL:   r.URL("UPSTASH_REDIS_REST_URL"),
		redisToken: r.Required("UPSTASH_REDIS_REST_TOKEN"),
		objects: objects.Config{
			Bucket:          r.Required("S3_BUCKET_NAME"),
			Region:          r.Required("AWS_REGION"),
			Endpoint:        r.OptionalURL("S3_ENDPOINT"),
			AccessKeyID:     r.Required("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: r.Required("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    getenv("AWS_SESSION_TOKEN"),
		},
		ablyKey:        r.Required("ABLY_API_KEY"),
		ablyRESTURL:    r.OptionalURL("ABLY_REST_URL"),
		baseURL:        strings.TrimSuffix(r.URL("BASE_URL"), "/"),
		allowedOrigins: r.Origins("ALLOWED_ORIGINS"),
		sessionSecret:  r.Secret("SESSION_SECRET"),
		adminToken:     r.OptionalToken("ADMIN_TOKEN"),
		maxImages:      r.Number("MAX_IMAGES_PER_SESSION", shared.MaxImages, 1, 100),
		maxImageSize:   r.Number("MAX_IMAGE_BYTES", shared.MaxImageBytes, 50_000, 20_000_000),
		consent:        consent(r),
		pairing:        pairing(r),
	}
	c.launchSecret, c.launchJWKSURL = launch(r)
	if storageThroughEdge(r) {
		c.objects.Front = c.baseURL + "/storage"
	}
	r.Distinct("SESSION_SECRET", "LAUNCH_SECRET", "ADMIN_TOKEN")
	return c, r.Err()
}

// launch is how launch tokens are checked: one way, never both.
func launch(r *environment.Reader) (secret []byte, jwksURL string) {
	switch {
	case r.Getenv("LAUNCH_JWKS_URL") == "":
		return r.Secret("LAUNCH_SECRET"), ""
	case r.Getenv("LAUNCH_SECRET") != "":
		r.Complain("LAUNCH_SECRET and LAUNCH_JWKS_URL are both set; keep the one that the practice system uses")
	}
	return nil, r.URL("LAUNCH_JWKS_URL")
}

func consent(r *environment.Reader) shared.Consent {
	switch value := shared.Consent(r.Getenv("CONSENT")); value {
	case "":
		return shared.ConsentOff
	case shared.ConsentOff, shared.ConsentAsk, shared.ConsentRequire:
		return value
	default:
		r.Complain("CONSENT must be off, ask or require")
		return shared.ConsentOff
	}
}

func pairing(r *environment.Reader) shared.Pairing {
	switch value := shared.Pairing(r.Getenv("PAIRING")); value {
	case "":
		return shared.PairingOpen
	case shared.PairingOpen, shared.PairingAsk:
		return value
	default:
		r.Complain("PAIRING must be open or ask")
		return shared.PairingOpen
	}
}

// storageThroughEdge reports whether storage.mjs stands in front of the bucket.
func storageThroughEdge(r *environment.Reader) bool {
	switch r.Getenv("STORAGE_VIA") {
	case "", "direct":
		return false
	case "edge":
		return true
	default:
		r.Complain("STORAGE_VIA must be direct or edge")
		return false
	}
}
