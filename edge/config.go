package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/clinicpro/photobridge/edge/objects"
	"github.com/clinicpro/photobridge/shared"
)

const (
	minSecret = 32 // bytes: the length of an HS256 key (RFC 7518, section 3.2)
	minToken  = 24 // characters
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
	adminToken              string // empty: nobody may ask the doctor
	maxImages, maxImageSize int
	consent                 shared.Consent
}

// configError names every variable that is missing or malformed.
type configError []string

func (e configError) Error() string { return "configuration: " + strings.Join(e, "; ") }

// reader collects what is wrong instead of stopping at the first.
type reader struct {
	getenv func(string) string
	wrong  configError
}

func readConfig(getenv func(string) string) (config, error) {
	r := &reader{getenv: getenv}
	c := config{
		redisURL:   r.url("UPSTASH_REDIS_REST_URL", true),
		redisToken: r.required("UPSTASH_REDIS_REST_TOKEN"),
		objects: objects.Config{
			Bucket:          r.required("S3_BUCKET_NAME"),
			Region:          r.required("AWS_REGION"),
			Endpoint:        r.url("S3_ENDPOINT", false),
			AccessKeyID:     r.required("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: r.required("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    getenv("AWS_SESSION_TOKEN"),
		},
		ablyKey:       r.required("ABLY_API_KEY"),
		ablyRESTURL:   r.url("ABLY_REST_URL", false),
		baseURL:       strings.TrimSuffix(r.url("BASE_URL", true), "/"),
		sessionSecret: r.secret("SESSION_SECRET"),
		adminToken:    getenv("ADMIN_TOKEN"),
		maxImages:     r.number("MAX_IMAGES_PER_SESSION", shared.MaxImages, 1, 100),
		maxImageSize:  r.number("MAX_IMAGE_BYTES", shared.MaxImageBytes, 50_000, 20_000_000),
		consent:       r.consent(),
	}
	c.launchSecret, c.launchJWKSURL = r.launch()
	for origin := range strings.SplitSeq(getenv("ALLOWED_ORIGINS"), ",") {
		if origin = strings.TrimSpace(origin); origin != "" {
			c.allowedOrigins = append(c.allowedOrigins, r.origin(origin))
		}
	}
	if c.adminToken != "" && len(c.adminToken) < minToken {
		r.complain("ADMIN_TOKEN is shorter than %d characters", minToken)
	}
	if len(r.wrong) > 0 {
		return config{}, r.wrong
	}
	return c, nil
}

func (r *reader) complain(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

func (r *reader) required(name string) string {
	value := r.getenv(name)
	if value == "" {
		r.complain("%s is not set", name)
	}
	return value
}

func (r *reader) url(name string, required bool) string {
	value := r.getenv(name)
	if value == "" && !required {
		return ""
	}
	if value = r.required(name); value == "" {
		return ""
	}
	if u, err := url.Parse(value); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.complain("%s is not an http(s) URL", name)
	}
	return value
}

func (r *reader) secret(name string) []byte {
	value := r.required(name)
	if value != "" && len(value) < minSecret {
		r.complain("%s is shorter than %d characters", name, minSecret)
	}
	return []byte(value)
}

// launch is how launch tokens are checked: one way, never both.
func (r *reader) launch() (secret []byte, jwksURL string) {
	switch {
	case r.getenv("LAUNCH_JWKS_URL") == "":
		return r.secret("LAUNCH_SECRET"), ""
	case r.getenv("LAUNCH_SECRET") != "":
		r.complain("LAUNCH_SECRET and LAUNCH_JWKS_URL are both set; keep the one that the practice system uses")
	}
	return nil, r.url("LAUNCH_JWKS_URL", true)
}

// origin checks one of ALLOWED_ORIGINS: as a browser sends it, it has no path.
func (r *reader) origin(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || value != origin(value) {
		r.complain("ALLOWED_ORIGINS holds %q, which is not an origin such as https://practice.example", value)
	}
	return value
}

// origin is the part of a URL that a browser sends as Origin.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func (r *reader) number(name string, fallback, least, most int) int {
	value := r.getenv(name)
	if value == "" {
		return fallback
	}
	number, err := strconv.Atoi(value)
	if err != nil || number < least || number > most {
		r.complain("%s must be a number from %d to %d", name, least, most)
	}
	return number
}

func (r *reader) consent() shared.Consent {
	switch value := shared.Consent(r.getenv("CONSENT")); value {
	case "":
		return shared.ConsentOff
	case shared.ConsentOff, shared.ConsentAsk, shared.ConsentRequire:
		return value
	default:
		r.complain("CONSENT must be off, ask or require")
		return shared.ConsentOff
	}
}
