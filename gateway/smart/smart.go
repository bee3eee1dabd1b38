// Package smart implements the client of a SMART App Launch 2.2 EHR launch: the
// redirect to the authorization server, the exchange of the code, and the checks of
// the tokens (https://hl7.org/fhir/smart-app-launch/).
package smart

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/shared"
)

// pendingLife is how long a user may take to sign in.
const pendingLife = 10 * time.Minute

// Server is one FHIR server that may launch the gateway.
type Server struct {
	ISS           string // FHIR base URL, as the server sends it
	ClientID      string
	ClientSecret  string // empty for a public client, and with PrivateKeyJWT
	PrivateKeyJWT bool   // the client authenticates with its own key
	Scope         string
	Facility      string // the facility of this server's photos
}

// Client performs launches of the configured servers.
type Client struct {
	Servers     []Server
	RedirectURL string
	HTTP        *http.Client
	Now         func() time.Time
	// Sign signs claims with an ES384 key that the servers know. It is nil if no
	// server has PrivateKeyJWT.
	Sign func(jwt.Claims) (string, error)
}

// Pending is a launch between the redirect and the return. It is stored in the user's
// browser, sealed.
type Pending struct {
	ISS      string    `json:"iss"`
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Until    time.Time `json:"until"`
}

// Launch is the context of a finished launch.
type Launch struct {
	Server      Server
	PatientID   string
	EncounterID string // empty if the server names none
	FHIRUser    string // a reference such as "Practitioner/42"; empty if unknown
	Subject     string // the user's id at the authorization server
	Name        string // the user's name; empty if the server does not disclose it
	AccessToken string
	ExpiresAt   time.Time
}

// configuration is a server's .well-known/smart-configuration.
type configuration struct {
	Issuer        string   `json:"issuer"`
	Methods       []string `json:"token_endpoint_auth_methods_supported"`
	JWKSURI       string   `json:"jwks_uri"`
	Authorization string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	Challenges    []string `json:"code_challenge_methods_supported"`
}

// Begin returns the address to which the browser is redirected for a launch. It fails
// with LaunchForeign for an issuer that is not configured, LaunchInvalid, or
// Unavailable.
func (c *Client) Begin(ctx context.Context, iss, launch string) (redirect string, pending Pending, err error) {
	server, ok := c.server(iss)
	if !ok {
		return "", Pending{}, &record.Error{Code: record.LaunchForeign, Err: errors.New("the issuer is not configured")}
	}
	if launch == "" {
		return "", Pending{}, &record.Error{Code: record.LaunchInvalid, Err: errors.New("launch is missing")}
	}
	config, err := c.discover(ctx, server)
	if err != nil {
		return "", Pending{}, err
	}
	pending = Pending{
		ISS:      server.ISS,
		State:    rand.Text(),
		Nonce:    rand.Text(),
		Verifier: oauth2.GenerateVerifier(),
		Until:    c.Now().Add(pendingLife),
	}
	redirect = c.oauth(server, config).AuthCodeURL(
		pending.State,
		oauth2.S256ChallengeOption(pending.Verifier),
		oidc.Nonce(pending.Nonce),
		oauth2.SetAuthURLParam("launch", launch),
		oauth2.SetAuthURLParam("aud", server.ISS),
	)
	return redirect, pending, nil
}

// Finish exchanges the returned code for an access token, and checks the id token. It
// fails with LaunchExpired, LaunchForeign (another state, issuer, audience or key),
// LaunchInvalid, NoPatient, Unauthorized or Unavailable.
func (c *Client) Finish(ctx context.Context, pending Pending, query url.Values) (Launch, error) {
	server, known := c.server(pending.ISS)
	switch {
	case !known || query.Get("state") == "" || query.Get("state") != pending.State:
		return Launch{}, &record.Error{Code: record.LaunchForeign, Err: errors.New("state is not of this launch")}
	case !c.Now().Before(pending.Until):
		return Launch{}, &record.Error{Code: record.LaunchExpired}
	case query.Get("error") != "":
		return Launch{}, &record.Error{Code: record.LaunchInvalid, Err: fmt.Errorf("error %.40q", query.Get("error"))}
	case query.Get("code") == "":
		return Launch{}, &record.Error{Code: record.LaunchInvalid, Err: errors.New("code is missing")}
	}
	config, err := c.discover(ctx, server)
	if err != nil {
		return Launch{}, err
	}
	// A server may return its issuer (RFC 9207). It must match, because the code could
	// come from another server.
	if iss := query.Get("iss"); iss != "" && iss != config.Issuer {
		return Launch{}, &record.Error{Code: record.LaunchForeign, Err: errors.New("another issuer sent the code")}
	}
	options, err := c.authenticate(server, config)
	if err != nil {
		return Launch{}, err
	}
	token, err := c.oauth(server, config).Exchange(context.WithValue(ctx, oauth2.HTTPClient, c.HTTP),
		query.Get("code"), append(options, oauth2.VerifierOption(pending.Verifier))...)
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode < 500 {
		return Launch{}, refusal(refused)
	}
	if err != nil {
		return Launch{}, &record.Error{Code: record.Unavailable, Err: withoutURL(err)}
	}
	return c.read(ctx, server, config, pending, token)
}

// read checks a token response and returns its launch context.
func (c *Client) read(
	ctx context.Context, server Server, config configuration, pending Pending, token *oauth2.Token,
) (Launch, error) {
	launch := Launch{Server: server, AccessToken: token.AccessToken, ExpiresAt: token.Expiry}
	launch.PatientID, _ = token.Extra("patient").(string)
	launch.EncounterID, _ = token.Extra("encounter").(string)
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Launch{}, &record.Error{Code: record.LaunchInvalid, Err: errors.New("the server sent no id token")}
	}
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(ctx, c.HTTP), config.JWKSURI)
	verifier := oidc.NewVerifier(config.Issuer, keys, &oidc.Config{
		ClientID:             server.ClientID,
		Now:                  c.Now,
		SupportedSigningAlgs: []string{oidc.RS256, oidc.RS384, oidc.ES256, oidc.ES384},
	})
	id, err := verifier.Verify(ctx, raw)
	if expired, ok := errors.AsType[*oidc.TokenExpiredError](err); ok {
		return Launch{}, &record.Error{Code: record.LaunchExpired, Err: expired}
	}
	if err != nil {
		return Launch{}, &record.Error{Code: record.LaunchForeign, Err: errors.New("the id token does not verify")}
	}
	if id.Nonce != pending.Nonce {
		return Launch{}, &record.Error{Code: record.LaunchReplayed, Err: errors.New("nonce is not of this launch")}
	}
	var claims struct {
		FHIRUser string `json:"fhirUser"`
		Name     string `json:"name"`
	}
	if err := id.Claims(&claims); err != nil {
		return Launch{}, &record.Error{
			Code: record.LaunchInvalid,
			Err:  errors.New("the id token's claims are malformed"),
		}
	}
	launch.Subject, launch.FHIRUser, launch.Name = id.Subject, claims.FHIRUser, claims.Name
	if launch.PatientID == "" {
		return Launch{}, &record.Error{Code: record.NoPatient}
	}
	return launch, nil
}

func (c *Client) server(iss string) (Server, bool) {
	i := slices.IndexFunc(c.Servers, func(s Server) bool {
		return strings.TrimSuffix(s.ISS, "/") == strings.TrimSuffix(iss, "/")
	})
	if i < 0 {
		return Server{}, false
	}
	return c.Servers[i], true
}

func (c *Client) oauth(server Server, config configuration) *oauth2.Config {
	// SMART requires HTTP Basic of confidential clients. A public client sends only its id.
	style := oauth2.AuthStyleInParams
	if server.ClientSecret != "" {
		style = oauth2.AuthStyleInHeader
	}
	return &oauth2.Config{
		ClientID:     server.ClientID,
		ClientSecret: server.ClientSecret,
		RedirectURL:  c.RedirectURL,
		Scopes:       strings.Fields(server.Scope),
		Endpoint:     oauth2.Endpoint{AuthURL: config.Authorization, TokenURL: config.Token, AuthStyle: style},
	}
}

// refusal returns the error for a refused exchange (RFC 6749, 5.2). It separates a
// code that was used, is too old or is not ours from a client that the server refuses.
func refusal(refused *oauth2.RetrieveError) error {
	status := refused.Response.StatusCode
	e := &record.Error{Code: record.Unauthorized, Status: status, Err: fmt.Errorf("error %.40q", refused.ErrorCode)}
	switch {
	case refused.ErrorCode == "invalid_grant":
		e.Code, e.Err = record.LaunchExpired, nil
	case slices.Contains([]int{http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests}, status):
		e.Code = record.Unavailable
		e.RetryAfter = shared.ParseRetryAfter(refused.Response.Header.Get("Retry-After"), time.Now())
	}
	return e
}

// assertionLife is how long an assertion is valid. SMART allows five minutes.
const assertionLife = 4 * time.Minute

// authenticate returns the parameters of the assertion that authenticates the client
// (SMART's "Client Authentication: Asymmetric"), or none for other clients.
func (c *Client) authenticate(server Server, config configuration) ([]oauth2.AuthCodeOption, error) {
	if !server.PrivateKeyJWT {
		return nil, nil
	}
	assertion, err := c.Sign(jwt.RegisteredClaims{
		Issuer: server.ClientID, Subject: server.ClientID, Audience: jwt.ClaimStrings{config.Token},
		ExpiresAt: jwt.NewNumericDate(c.Now().Add(assertionLife)), ID: rand.Text(),
	})
	if err != nil {
		return nil, err
	}
	return []oauth2.AuthCodeOption{
		oauth2.SetAuthURLParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
		oauth2.SetAuthURLParam("client_assertion", assertion),
	}, nil
}

// discover returns the addresses of a server's endpoints.
func (c *Client) discover(ctx context.Context, server Server) (configuration, error) {
	var config configuration
	at := strings.TrimSuffix(server.ISS, "/") + "/.well-known/smart-configuration"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return config, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := c.HTTP.Do(request)
	if err != nil {
		return config, &record.Error{Code: record.Unavailable, Err: withoutURL(err)}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return config, &record.Error{Code: record.Unavailable, Status: response.StatusCode}
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 256<<10)).Decode(&config); err != nil {
		return config, &record.Error{Code: record.Unavailable, Err: errors.New("smart-configuration is not JSON")}
	}
	if config.Authorization == "" || config.Token == "" || config.JWKSURI == "" || config.Issuer == "" ||
		!slices.Contains(config.Challenges, "S256") {
		return config, &record.Error{
			Code: record.Unavailable,
			Err:  errors.New("smart-configuration lacks an endpoint, issuer, jwks_uri or S256"),
		}
	}
	if server.PrivateKeyJWT && len(config.Methods) > 0 && !slices.Contains(config.Methods, "private_key_jwt") {
		return config, &record.Error{Code: record.Unavailable, Err: errors.New("the server takes no private_key_jwt")}
	}
	return config, nil
}

// withoutURL removes the address from a transport error, because it can contain an
// identifier.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
