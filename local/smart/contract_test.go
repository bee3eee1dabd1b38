package smart_test

import (
	"crypto/rand"
	"crypto/rsa"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"github.com/clinicpro/photobridge/gateway/fhir"
	"github.com/clinicpro/photobridge/gateway/keyring"
	"github.com/clinicpro/photobridge/gateway/record"
	client "github.com/clinicpro/photobridge/gateway/smart"
	"github.com/clinicpro/photobridge/local/smart"
)

const returnTo = "http://gateway.test/launch/smart/return"

// world is the double on a port, and a client of it. now moves both clocks.
type world struct {
	double *smart.Server
	client *client.Client
	now    time.Time
}

func newWorld(t *testing.T, changes ...func(*smart.Config, *client.Server)) *world {
	t.Helper()
	w := &world{now: time.Now()}
	clock := func() time.Time { return w.now }
	web := httptest.NewUnstartedServer(nil)
	origin := "http://" + web.Listener.Addr().String()
	config := smart.Config{
		Origin: origin, ClientID: "photobridge", ClientSecret: "secret", RedirectURL: returnTo, Now: clock,
		Patients: []smart.Patient{{"pat-1", "enc-1", "Example", "Jane", "1957-03-14"}},
	}
	registered := client.Server{
		ISS: origin + smart.FHIRPath, ClientID: "photobridge", ClientSecret: "secret",
		Scope: "launch openid fhirUser patient/Patient.r patient/Media.cu", Facility: "fac-1",
	}
	for _, change := range changes {
		change(&config, &registered)
	}
	double, err := smart.New(config)
	if err != nil {
		t.Fatal(err)
	}
	web.Config.Handler = double
	web.Start()
	t.Cleanup(web.Close)
	w.double = double
	w.client = &client.Client{
		RedirectURL: returnTo, HTTP: web.Client(), Now: clock, Servers: []client.Server{registered},
	}
	return w
}

// signIn follows the redirect to the authorization server and returns what the
// browser brings back.
func signIn(t *testing.T, address string) url.Values {
	t.Helper()
	browser := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	back, err := url.Parse(response.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return back.Query()
}

func TestLaunch(t *testing.T) {
	tests := []struct {
		name    string
		patient string
		redirec func(url.Values)                                // changes the authorization request
		back    func(w *world, p *client.Pending, q url.Values) // changes what comes back
		want    record.Code
	}{
		{name: "a patient", patient: "pat-1"},
		{name: "no patient selected", patient: "nobody", want: record.NoPatient},
		{
			name:    "another aud",
			patient: "pat-1",
			redirec: func(q url.Values) { q.Set("aud", "http://evil.test") },
			want:    record.LaunchInvalid,
		},
		{
			name:    "an unknown launch",
			patient: "pat-1",
			redirec: func(q url.Values) { q.Set("launch", "x") },
			want:    record.LaunchInvalid,
		},
		{
			name:    "no challenge",
			patient: "pat-1",
			redirec: func(q url.Values) { q.Del("code_challenge_method") },
			want:    record.LaunchInvalid,
		},
		{
			name:    "another nonce",
			patient: "pat-1",
			redirec: func(q url.Values) { q.Set("nonce", "x") },
			want:    record.LaunchReplayed,
		},
		{
			name:    "another state",
			patient: "pat-1",
			back:    func(_ *world, _ *client.Pending, q url.Values) { q.Set("state", "x") },
			want:    record.LaunchForeign,
		},
		{name: "no state", patient: "pat-1", back: func(_ *world, p *client.Pending, q url.Values) {
			q.Del("state")
			p.State = ""
		}, want: record.LaunchForeign},
		{
			name:    "another verifier",
			patient: "pat-1",
			back:    func(_ *world, p *client.Pending, _ url.Values) { p.Verifier = "x" },
			want:    record.LaunchExpired,
		},
		{
			name:    "no code",
			patient: "pat-1",
			back:    func(_ *world, _ *client.Pending, q url.Values) { q.Del("code") },
			want:    record.LaunchInvalid,
		},
		{name: "two minutes late", patient: "pat-1", back: func(w *world, _ *client.Pending, _ url.Values) {
			w.now = w.now.Add(2 * time.Minute)
		}, want: record.LaunchExpired},
		{name: "eleven minutes late", patient: "pat-1", back: func(w *world, _ *client.Pending, _ url.Values) {
			w.now = w.now.Add(11 * time.Minute)
		}, want: record.LaunchExpired},
		{
			name:    "a code that another issuer sent",
			patient: "pat-1",
			back:    func(_ *world, _ *client.Pending, q url.Values) { q.Set("iss", "http://other.test") },
			want:    record.LaunchForeign,
		},
		{
			name:    "a code that its issuer sent",
			patient: "pat-1",
			back: func(w *world, _ *client.Pending, q url.Values) {
				q.Set("iss", strings.TrimSuffix(w.double.ISS(), smart.FHIRPath)+mockoidc.IssuerBase)
			},
		},
		{
			name:    "another issuer on the way back",
			patient: "pat-1",
			back: func(_ *world, p *client.Pending, _ url.Values) {
				p.ISS = "http://other.test/fhir"
			},
			want: record.LaunchForeign,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			redirect, pending, err := w.client.Begin(t.Context(), w.double.ISS(), w.double.Launch(test.patient))
			if err != nil {
				t.Fatal(err)
			}
			address, err := url.Parse(redirect)
			if err != nil {
				t.Fatal(err)
			}
			query := address.Query()
			if test.redirec != nil {
				test.redirec(query)
				address.RawQuery = query.Encode()
			}
			back := signIn(t, address.String())
			if test.back != nil {
				test.back(w, &pending, back)
			}
			launch, err := w.client.Finish(t.Context(), pending, back)
			if record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Fatalf("%v, want %q", err, test.want)
			}
			if err == nil && (launch.PatientID != "pat-1" || launch.EncounterID != "enc-1" ||
				launch.FHIRUser != "Practitioner/dr-smart" || launch.Name != "Dr Sofia Marsh") {
				t.Errorf("%+v", launch)
			}
		})
	}
}

func TestSecret(t *testing.T) {
	for _, test := range []struct {
		name, expected, sent string
		want                 record.Code
	}{
		{"a public client", "", "", ""},
		{"no secret", "secret", "", record.Unauthorized},
		{"another secret", "secret", "another", record.Unauthorized},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, func(double *smart.Config, registered *client.Server) {
				double.ClientSecret, registered.ClientSecret = test.expected, test.sent
			})
			redirect, pending, err := w.client.Begin(t.Context(), w.double.ISS(), w.double.Launch("pat-1"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.client.Finish(t.Context(), pending, signIn(t, redirect))
			if record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// TestLaunchValue: what the record system hands over counts once, and for five minutes.
func TestLaunchValue(t *testing.T) {
	for _, test := range []struct {
		name  string
		after time.Duration
		times int
		want  record.Code
	}{
		{"at once", 0, 1, ""},
		{"within five minutes", 5*time.Minute - time.Second, 1, ""},
		{"expired", 5 * time.Minute, 1, record.LaunchInvalid},
		{"used before", 0, 2, record.LaunchInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			value := w.double.Launch("pat-1")
			w.now = w.now.Add(test.after)
			var err error
			for range test.times {
				redirect, pending, failed := w.client.Begin(t.Context(), w.double.ISS(), value)
				if failed != nil {
					t.Fatal(failed)
				}
				_, err = w.client.Finish(t.Context(), pending, signIn(t, redirect))
			}
			if record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// TestPrivateKeyJWT: the gateway proves who it is with a key that it publishes.
func TestPrivateKeyJWT(t *testing.T) {
	keys, err := keyring.Open(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := keyring.Open(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	again := "" // the first assertion
	tests := []struct {
		name string
		sign func(jwt.Claims) (string, error)
		want record.Code
	}{
		{"its own key", keys.Client.Sign, ""},
		{"another gateway's key", foreign.Client.Sign, record.Unauthorized},
		{"the key of launch tokens", keys.Launch.Sign, record.Unauthorized},
		{"for another server", changedClaims(keys, func(c *jwt.RegisteredClaims) {
			c.Audience = jwt.ClaimStrings{"https://other.test/token"}
		}), record.Unauthorized},
		{"for a day", changedClaims(keys, func(c *jwt.RegisteredClaims) {
			c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(24 * time.Hour))
		}), record.Unauthorized},
		{"used before", func(claims jwt.Claims) (string, error) {
			if again == "" {
				again, err = keys.Client.Sign(claims)
			}
			return again, err
		}, record.Unauthorized},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, func(double *smart.Config, registered *client.Server) {
				double.ClientSecret, double.ClientKeys = "", keys.Client.Public
				registered.ClientSecret, registered.PrivateKeyJWT = "", true
			})
			w.client.Sign = test.sign
			finish := func() error {
				redirect, pending, err := w.client.Begin(t.Context(), w.double.ISS(), w.double.Launch("pat-1"))
				if err != nil {
					t.Fatal(err)
				}
				_, err = w.client.Finish(t.Context(), pending, signIn(t, redirect))
				return err
			}
			if test.name == "used before" {
				if err := finish(); err != nil {
					t.Fatal(err)
				}
			}
			if err := finish(); record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// changedClaims signs other claims than the client asks for.
func changedClaims(keys *keyring.Keyring, change func(*jwt.RegisteredClaims)) func(jwt.Claims) (string, error) {
	return func(claims jwt.Claims) (string, error) {
		changed := claims.(jwt.RegisteredClaims)
		change(&changed)
		return keys.Client.Sign(changed)
	}
}

func TestCodeCountsOnce(t *testing.T) {
	w := newWorld(t)
	redirect, pending, err := w.client.Begin(t.Context(), w.double.ISS(), w.double.Launch("pat-1"))
	if err != nil {
		t.Fatal(err)
	}
	back := signIn(t, redirect)
	if _, err := w.client.Finish(t.Context(), pending, back); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Finish(t.Context(), pending, back); record.CodeOf(err) != record.LaunchExpired {
		t.Error(err)
	}
}

func TestBegin(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		name, iss, launch string
		want              record.Code
	}{
		{"another issuer", "http://evil.test/fhir", "x", record.LaunchForeign},
		{"no issuer", "", "x", record.LaunchForeign},
		{"no launch", w.double.ISS(), "", record.LaunchInvalid},
	} {
		if _, _, err := w.client.Begin(t.Context(), test.iss, test.launch); record.CodeOf(err) != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	w.client.Servers[0].ISS = "http://127.0.0.1:1/fhir"
	if _, _, err := w.client.Begin(
		t.Context(),
		"http://127.0.0.1:1/fhir",
		"x",
	); record.CodeOf(
		err,
	) != record.Unavailable {
		t.Error(err)
	}
}

// TestForeignKey: an id token that another key signed is refused.
func TestForeignKey(t *testing.T) {
	w := newWorld(t)
	redirect, pending, err := w.client.Begin(t.Context(), w.double.ISS(), w.double.Launch("pat-1"))
	if err != nil {
		t.Fatal(err)
	}
	back := signIn(t, redirect)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := mockoidc.NewKeypair(key)
	if err != nil {
		t.Fatal(err)
	}
	w.double.SignWith(foreign)
	if _, err := w.client.Finish(t.Context(), pending, back); record.CodeOf(err) != record.LaunchForeign {
		t.Error(err)
	}
}

// launched opens the record of the patient of a launch.
func (w *world) launched(t *testing.T) fhir.Server {
	t.Helper()
	redirect, pending, err := w.client.Begin(t.Context(), w.double.ISS(), w.double.Launch("pat-1"))
	if err != nil {
		t.Fatal(err)
	}
	launch, err := w.client.Finish(t.Context(), pending, signIn(t, redirect))
	if err != nil {
		t.Fatal(err)
	}
	return fhir.Server{
		Base: launch.Server.ISS, Token: launch.AccessToken, PatientID: launch.PatientID, HTTP: http.DefaultClient,
	}
}

func TestRecord(t *testing.T) {
	w := newWorld(t)
	server := w.launched(t)
	patient, err := server.Patient(t.Context())
	if err != nil || patient.Name != "Jane Example" {
		t.Errorf("%+v, %v", patient, err)
	}
	photo := record.Photo{ImageID: "img1", EncounterID: "sm-1", Visit: "enc-1", Resources: []byte(`{
		"resourceType":"Bundle","type":"transaction","entry":[{
		"resource":{"resourceType":"Media","subject":{"reference":"Patient/pat-1"},
			"encounter":{"reference":"Encounter/sm-1"}},
		"request":{"method":"POST","url":"Media","ifNoneExist":"identifier=x|img1&patient=Patient/pat-1"}}]}`)}
	for _, existed := range []bool{false, true} {
		written, err := server.Write(t.Context(), photo)
		if want := (record.Written{ID: "Media/1", Existed: existed}); err != nil || written != want {
			t.Errorf("%+v, %v", written, err)
		}
	}
	if stored := w.double.Stored(); len(stored) != 1 {
		t.Errorf("%d resources", len(stored))
	}
}

// TestScope: a transaction needs a scope for each of its resources.
func TestScope(t *testing.T) {
	w := newWorld(t)
	_, err := w.launched(t).Write(t.Context(), record.Photo{
		Resources: []byte(`{"resourceType":"Bundle","type":"transaction","entry":[{
			"resource":{"resourceType":"Consent","patient":{"reference":"Patient/pat-1"}},
			"request":{"method":"POST","url":"Consent","ifNoneExist":"identifier=x|img1"}}]}`),
	})
	if record.CodeOf(err) != record.Forbidden {
		t.Error(err)
	}
}

// TestRecordElsewhere: another server keeps the record, and never sees a token.
func TestRecordElsewhere(t *testing.T) {
	w := newWorld(t)
	var asked []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, `{"resourceType":"Patient","id":"pat-1","name":[{"text":"Kept elsewhere"}]}`)
	}))
	defer other.Close()
	base, err := url.Parse(other.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.double.SetRecord(base)
	server := w.launched(t)
	if patient, err := server.Patient(t.Context()); err != nil || patient.Name != "Kept elsewhere" {
		t.Errorf("%+v, %v", patient, err)
	}
	stranger := server
	stranger.Token = "x"
	if _, err := stranger.Patient(t.Context()); record.CodeOf(err) != record.Unauthorized {
		t.Error(err)
	}
	stranger = server
	stranger.PatientID = "pat-2"
	if _, err := stranger.Patient(t.Context()); record.CodeOf(err) != record.Forbidden {
		t.Error(err)
	}
	if want := []string{"GET /Patient/pat-1 "}; !slices.Equal(asked, want) {
		t.Errorf("asked for %q", asked)
	}
}

// TestOnlyThePatient refuses transactions about another patient, or about more than photos.
func TestOnlyThePatient(t *testing.T) {
	server := fhir.Server{Base: "http://127.0.0.1:1", PatientID: "pat-1", HTTP: http.DefaultClient}
	entry := func(resource, request string) string {
		return `{"resourceType":"Bundle","type":"transaction",` +
			`"entry":[{"resource":` + resource + `,"request":` + request + `}]}`
	}
	create := `{"method":"POST","url":"Media","ifNoneExist":"identifier=x"}`
	for name, test := range map[string]struct {
		body string
		want record.Code
	}{
		"nothing": {``, record.Refused},
		"a batch": {`{"resourceType":"Bundle","type":"batch","entry":[{}]}`, record.Refused},
		"another patient": {
			entry(`{"resourceType":"Media","subject":{"reference":"Patient/pat-2"}}`, create), record.WrongPatient,
		},
		"another, absolute": {
			entry(`{"resourceType":"Media","subject":{"reference":"http://x/Patient/pat-2"}}`, create),
			record.WrongPatient,
		},
		"another, deep inside": {
			entry(`{"resourceType":"Media","extension":[{"a":{"reference":"Patient/pat-2"}}]}`, create),
			record.WrongPatient,
		},
		"an unconditional one": {entry(`{"resourceType":"Media"}`, `{"method":"POST","url":"Media"}`), record.Refused},
		"a deletion": {
			entry(`{"resourceType":"Media"}`, `{"method":"DELETE","url":"Media/1"}`), record.Refused,
		},
		"a patient": {
			entry(`{"resourceType":"Patient"}`, `{"method":"PUT","url":"Patient/pat-1"}`), record.Refused,
		},
		"another type inside":   {entry(`{"resourceType":"Patient"}`, create), record.Refused},
		"a resource that is []": {entry(`[]`, create), record.Refused},
	} {
		if _, err := server.Write(
			t.Context(),
			record.Photo{Resources: []byte(test.body)},
		); record.CodeOf(
			err,
		) != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
