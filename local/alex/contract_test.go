package alex_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	client "github.com/clinicpro/photobridge/gateway/alex"
	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/local/alex"
	"github.com/clinicpro/photobridge/local/fault"
)

const (
	base     = "http://alex.test/FHIR"
	patient  = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	provider = "11223344556677889900aabbccddeeff"
)

// world is the double, a client of it, and faults between them. Everything runs
// in one bubble of fake time.
type world struct {
	double *alex.Server
	client *client.Client
	faults *fault.Injector
	photo  record.Photo
}

// transport hands requests to the double without a network, so that fake time works.
type transport struct{ handler http.Handler }

func (t transport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	defer func() {
		if recover() != nil { // http.ErrAbortHandler: the connection is cut
			response, err = nil, http.ErrHandlerTimeout
		}
	}()
	recorder := httptest.NewRecorder()
	t.handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func newWorld(t *testing.T, change func(*alex.Config, *client.Config)) *world {
	t.Helper()
	server := alex.Config{
		BaseURL: base, ClientID: "client", ClientSecret: "secret", Scope: "api://alex/.default", Facility: "F9Z999-Z",
		Roles:     []string{alex.RoleLaunch, alex.RoleReadPatient, alex.RoleWriteScan},
		Patients:  []alex.Patient{{patient, "Example", []string{"Jane", "Ngaio"}, "1957-03-14", "ZZZ0016"}},
		Providers: []string{provider},
		Now:       time.Now,
	}
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	config := client.Config{
		BaseURL: base, TokenURL: "http://alex.test/oauth2/v2.0/token", ClientID: "client", ClientSecret: "secret",
		Scope: "api://alex/.default", Facility: "F9Z999-Z", Location: zone,
	}
	if change != nil {
		change(&server, &config)
	}
	double := alex.New(server)
	faults := fault.New(1)
	handler := &fault.Handler{
		Service: fault.ALEX, Injector: faults, Route: alex.Route, Refuse: alex.Refuse, Next: double,
	}
	return &world{
		double: double,
		client: client.New(config, &http.Client{Transport: transport{handler}}, time.Now),
		faults: faults,
		photo: record.Photo{
			ImageID: "2b9f0c55a1e84f1f9c1f5e7a6d3b8c21", JPEG: photo(), Title: "2026-03-04 left forearm close-up 1",
			Description: "Left forearm, close-up. Two weeks after the graft.",
			Taken:       time.Date(2026, 3, 4, 8, 15, 0, 0, time.FixedZone("", 13*3600)), HasOffset: true,
		},
	}
}

func (w *world) inbox(form client.Form) client.Inbox {
	return client.Inbox{Client: w.client, PatientID: patient, ProviderID: provider, Form: form}
}

func photo() []byte {
	picture := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(i)
	}
	picture.Set(0, 0, color.White)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func TestLaunch(t *testing.T) {
	tests := []struct {
		name   string
		launch func(w *world) (string, string)
		want   record.Code
	}{
		{"a patient", func(w *world) (string, string) { return w.double.Launch(patient, provider) }, ""},
		{"nobody selected", func(w *world) (string, string) { return w.double.Launch("", provider) }, record.NoPatient},
		{"another signature", func(w *world) (string, string) {
			launchContext, _ := w.double.Launch(patient, provider)
			_, signature := w.double.Launch(patient, provider)
			return launchContext, signature
		}, record.LaunchInvalid},
		{"no base64", func(w *world) (string, string) { return "///", "+++" }, record.LaunchInvalid},
		{"nothing", func(w *world) (string, string) { return "", "" }, record.LaunchInvalid},
		{"six minutes old", func(w *world) (string, string) {
			launchContext, signature := w.double.Launch(patient, provider)
			time.Sleep(6 * time.Minute)
			return launchContext, signature
		}, record.LaunchExpired},
		{"of another double", func(*world) (string, string) {
			return alex.New(alex.Config{Now: time.Now}).Launch(patient, provider)
		}, record.LaunchInvalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				launchContext, signature := test.launch(w)
				got, err := w.client.DecodeLaunch(t.Context(), launchContext, signature)
				if record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
					t.Fatalf("%v, want %q", err, test.want)
				}
				if err == nil && (got != client.Launch{PatientID: patient, ProviderID: provider}) {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestForeignFacility(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(_ *alex.Config, c *client.Config) { c.Facility = "F1Z111-A" })
		launchContext, signature := w.double.Launch(patient, provider)
		if _, err := w.client.DecodeLaunch(
			t.Context(),
			launchContext,
			signature,
		); record.CodeOf(
			err,
		) != record.Forbidden {
			t.Error(err)
		}
	})
}

func TestPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		got, err := w.client.Patient(t.Context(), patient)
		want := record.Patient{ID: patient, Name: "Jane Ngaio Example", BirthDate: "1957-03-14", NHI: "ZZZ0016"}
		if err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := w.client.Patient(t.Context(), "nobody"); record.CodeOf(err) != record.NotFound {
			t.Error(err)
		}
	})
}

func TestRoles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		roles, err := w.client.Roles(t.Context())
		if err != nil || !slices.Contains(roles, client.RoleWriteScan) {
			t.Errorf("%v, %v", roles, err)
		}
	})
}

func TestWrite(t *testing.T) {
	for form, kind := range map[client.Form]string{
		client.FormTIFF: "image/tiff", client.FormPDF: "application/pdf", client.FormDeflate: "image/tiff",
	} {
		t.Run(string(form), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				written, err := w.inbox(form).Write(t.Context(), w.photo)
				if err != nil || written.ID == "" || written.Existed {
					t.Fatal(written, err)
				}
				inbox := w.double.Inbox()
				if len(inbox) != 1 {
					t.Fatalf("%d scans", len(inbox))
				}
				got := inbox[0]
				if got.ContentType != kind || got.Date != "2026-03-04T08:15:00+13:00" || got.PatientID != patient ||
					!strings.HasPrefix(got.Title, w.photo.Title+".") || got.Description != w.photo.Description {
					t.Errorf("%+v", got)
				}
				if form != client.FormDeflate && !bytes.Contains(got.File, w.photo.JPEG) {
					t.Error("the JPEG was changed")
				}
				// The same photo again, from another tab or after a lost response.
				written, err = w.inbox(form).Write(t.Context(), w.photo)
				if err != nil || !written.Existed || len(w.double.Inbox()) != 1 {
					t.Errorf("%+v, %d scans, %v", written, len(w.double.Inbox()), err)
				}
			})
		})
	}
}

// TestDates files a photo under its own clinical day, whatever is known of it.
func TestDates(t *testing.T) {
	tests := []struct {
		name   string
		taken  time.Time
		offset bool
		want   string
	}{
		{
			"with an offset",
			time.Date(2026, 3, 4, 8, 15, 0, 0, time.FixedZone("", 13*3600)),
			true,
			"2026-03-04T08:15:00+13:00",
		},
		{
			"by a camera in UTC",
			time.Date(2026, 3, 3, 19, 15, 0, 0, time.UTC),
			true,
			"2026-03-04T08:15:00+13:00",
		},
		{
			"by a camera that is still in Honolulu",
			time.Date(2026, 7, 3, 10, 15, 0, 0, time.FixedZone("", -10*3600)),
			true,
			"2026-07-04T08:15:00+12:00",
		},
		{
			"the last minute of a day",
			time.Date(2026, 3, 4, 23, 59, 59, 0, time.FixedZone("", 13*3600)),
			true,
			"2026-03-04T23:59:59+13:00",
		},
		{"an hour that comes twice", time.Date(2026, 4, 5, 2, 30, 0, 0, time.UTC), false, "2026-04-05T02:30:00+12:00"},
		{"an hour that never was", time.Date(2026, 9, 27, 2, 30, 0, 0, time.UTC), false, "2026-09-27T03:30:00+13:00"},
		{"a summer morning", time.Date(2026, 3, 4, 8, 15, 0, 0, time.UTC), false, "2026-03-04T08:15:00+13:00"},
		{"a winter morning", time.Date(2026, 7, 4, 8, 15, 0, 0, time.UTC), false, "2026-07-04T08:15:00+12:00"},
		{"unknown", time.Time{}, false, "2000-01-01T13:00:00+13:00"}, // synctest begins at 2000-01-01T00:00Z
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				w.photo.Taken, w.photo.HasOffset = test.taken, test.offset
				if _, err := w.inbox(client.FormTIFF).Write(t.Context(), w.photo); err != nil {
					t.Fatal(err)
				}
				if got := w.double.Inbox()[0].Date; got != test.want {
					t.Error(got)
				}
			})
		})
	}
}

// TestSize files a document of the largest size, and refuses one byte more
// before it is sent.
func TestSize(t *testing.T) {
	for _, test := range []struct {
		form  client.Form
		bytes int // of the TIFF or PDF; 5 999 997 bytes are 7 999 996 characters
		want  record.Code
	}{
		{client.FormTIFF, 5_999_996, ""}, // its size is even
		{client.FormTIFF, 5_999_998, record.TooLarge},
		{client.FormPDF, 5_999_997, ""},
		{client.FormPDF, 5_999_998, record.TooLarge},
	} {
		t.Run(fmt.Sprint(test.form, test.bytes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				w.photo.Description = ""
				w.photo.JPEG = padded(w.photo.JPEG, 1_000_000)
				small, err := w.wrapped(test.form)
				if err != nil {
					t.Fatal(err)
				}
				w.photo.JPEG = padded(photo(), 1_000_000+test.bytes-small)
				w.double.Empty()
				size, err := w.wrapped(test.form)
				if record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
					t.Fatalf("%v, want %q", err, test.want)
				}
				if err == nil && size != test.bytes {
					t.Errorf("%d bytes", size)
				}
			})
		})
	}
}

// wrapped files the photo and returns the size of the document.
func (w *world) wrapped(form client.Form) (int, error) {
	if _, err := w.inbox(form).Write(context.Background(), w.photo); err != nil {
		return 0, err
	}
	return len(w.double.Inbox()[0].File), nil
}

// padded makes a JPEG larger by comments (marker FE), to size bytes.
func padded(jpeg []byte, size int) []byte {
	out := bytes.Clone(jpeg[:2])
	for missing := size - len(jpeg); missing > 0; {
		n := min(missing, 60_000)
		if rest := missing - n; rest > 0 && rest < 4 {
			n -= 4
		}
		out = append(out, 0xff, 0xfe, byte((n-2)>>8), byte(n-2))
		out = append(out, make([]byte, n-4)...)
		missing -= n
	}
	return append(out, jpeg[2:]...)
}

// TestFaults files each photo once, or says why it is not filed.
func TestFaults(t *testing.T) {
	post, token := "POST DocumentReference", "POST token"
	tests := []struct {
		name   string
		fault  fault.Rule
		want   record.Code
		scans  int
		within time.Duration
	}{
		{"lost response", fault.Rule{Route: post, Effect: fault.DropAfter, Next: 1}, "", 1, 5 * time.Second},
		{"lost request", fault.Rule{Route: post, Effect: fault.DropBefore, Next: 1}, "", 1, 5 * time.Second},
		{"two lost responses", fault.Rule{Route: post, Effect: fault.DropAfter, Next: 2}, "", 1, 10 * time.Second},
		{"offline", fault.Rule{Effect: fault.DropBefore}, record.Unavailable, 0, 10 * time.Second},
		{"500 once", fault.Rule{Route: post, Effect: fault.Status, Status: 500, Next: 1}, "", 1, 5 * time.Second},
		{
			"500 always",
			fault.Rule{Route: post, Effect: fault.Status, Status: 500},
			record.Unavailable,
			0,
			10 * time.Second,
		},
		{
			"429",
			fault.Rule{Route: post, Effect: fault.Status, Status: 429, RetryAfter: 5, Next: 1},
			"",
			1,
			10 * time.Second,
		},
		{"403", fault.Rule{Route: post, Effect: fault.Status, Status: 403}, record.Forbidden, 0, time.Second},
		{"401 once", fault.Rule{Route: post, Effect: fault.Status, Status: 401, Next: 1}, "", 1, time.Second},
		{"401 always", fault.Rule{Route: post, Effect: fault.Status, Status: 401}, record.Unauthorized, 0, time.Second},
		{"slow", fault.Rule{Route: post, Effect: fault.Delay, DelayMS: 20_000, Next: 1}, "", 1, 25 * time.Second},
		{
			"429 of the token endpoint",
			fault.Rule{Route: token, Effect: fault.Status, Status: 429, RetryAfter: 5, Next: 1},
			"",
			1,
			10 * time.Second,
		},
		{
			"429 of the token endpoint, always",
			fault.Rule{Route: token, Effect: fault.Status, Status: 429},
			record.Unavailable,
			0,
			10 * time.Second,
		},
		{
			"409 that proves nothing",
			fault.Rule{Route: post, Effect: fault.Status, Status: 409},
			record.Refused,
			0,
			time.Second,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				test.fault.Service = fault.ALEX
				if _, err := w.faults.Add(test.fault); err != nil {
					t.Fatal(err)
				}
				started := time.Now()
				_, err := w.inbox(client.FormTIFF).Write(t.Context(), w.photo)
				if record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
					t.Errorf("%v, want %q", err, test.want)
				}
				if scans := len(w.double.Inbox()); scans != test.scans {
					t.Errorf("%d scans", scans)
				}
				if took := time.Since(started); took > test.within {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// TestUncertain: a response was lost, and the next one proves nothing.
func TestUncertain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		for _, rule := range []fault.Rule{
			{Service: fault.ALEX, Route: "POST DocumentReference", Effect: fault.DropAfter, Next: 1},
			{Service: fault.ALEX, Route: "POST DocumentReference", Effect: fault.Status, Status: 409, Skip: 1},
		} {
			if _, err := w.faults.Add(rule); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.inbox(client.FormTIFF).Write(t.Context(), w.photo); record.CodeOf(err) != record.Uncertain {
			t.Error(err)
		}
	})
}

// TestNotUncertain: only the request for a token was lost, so the document was not sent.
func TestNotUncertain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		for _, rule := range []fault.Rule{
			{Service: fault.ALEX, Route: "POST token", Effect: fault.DropBefore, Next: 1},
			{Service: fault.ALEX, Route: "POST DocumentReference", Effect: fault.Status, Status: 403},
		} {
			if _, err := w.faults.Add(rule); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.inbox(client.FormTIFF).Write(t.Context(), w.photo); record.CodeOf(err) != record.Forbidden {
			t.Error(err)
		}
	})
}

func TestExpiredToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		for range 3 {
			if _, err := w.client.Patient(t.Context(), patient); err != nil {
				t.Fatal(err)
			}
			w.double.ExpireTokens()
		}
		time.Sleep(2 * time.Hour)
		if _, err := w.client.Patient(t.Context(), patient); err != nil {
			t.Error(err)
		}
	})
}

func TestCredentials(t *testing.T) {
	tests := []struct {
		name   string
		change func(*alex.Config, *client.Config)
		want   record.Code
	}{
		{"another secret", func(_ *alex.Config, c *client.Config) { c.ClientSecret = "x" }, record.Unauthorized},
		{"another scope", func(_ *alex.Config, c *client.Config) { c.Scope = "x" }, record.Unauthorized},
		{
			"no role",
			func(s *alex.Config, _ *client.Config) { s.Roles = []string{alex.RoleReadPatient} },
			record.Forbidden,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, test.change)
				if _, err := w.inbox(client.FormTIFF).
					Write(context.Background(), w.photo); record.CodeOf(
					err,
				) != test.want {
					t.Error(err)
				}
			})
		})
	}
}
