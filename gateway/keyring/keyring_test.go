package keyring

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// clock is a time that tests change.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func open(t *testing.T, folder string, c *clock) *Keyring {
	t.Helper()
	k, err := Open(folder, c.now)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// kids returns the published key ids and the one that signs.
func kids(t *testing.T, k *Keyring) (published []string, signs string) {
	t.Helper()
	set, err := k.Launch.Public()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range set.Keys {
		if !key.IsPublic() || !key.Valid() {
			t.Error("a key is not a valid public key")
		}
		published = append(published, key.KeyID)
	}
	signed, err := k.Launch.Sign(jwt.MapClaims{"sub": "dr-1"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Parse(signed, func(token *jwt.Token) (any, error) {
		found := set.Key(token.Header["kid"].(string))
		if len(found) != 1 {
			t.Fatal("the signing key is not published")
		}
		return found[0].Key, nil
	}, jwt.WithValidMethods([]string{"ES256"}))
	if err != nil {
		t.Fatal(err)
	}
	return published, token.Header["kid"].(string)
}

func TestRotation(t *testing.T) {
	c := &clock{time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC)}
	k := open(t, t.TempDir(), c)
	published, first := kids(t, k)
	if len(published) != 1 {
		t.Fatalf("%d keys at first", len(published))
	}
	for _, step := range []struct {
		after     time.Duration
		published int
		signs     bool // the first key still signs
	}{
		{rotateAfter - time.Second, 1, true},
		{rotateAfter, 2, true},
		{rotateAfter + launchPublishFirst, 2, false},
		{rotateAfter + launchPublishFirst + keepAfter, 2, false},
		{rotateAfter + launchPublishFirst + keepAfter + time.Second, 1, false},
	} {
		c.at = time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC).Add(step.after)
		if err := k.Rotate(); err != nil {
			t.Fatal(err)
		}
		published, signs := kids(t, k)
		if len(published) != step.published || (signs == first) != step.signs {
			t.Errorf("after %s: %d keys, the first signs: %v", step.after, len(published), signs == first)
		}
	}
}

// TestShared starts many gateways on one empty folder at once.
func TestShared(t *testing.T) {
	folder := t.TempDir()
	c := &clock{time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC)}
	rings := make([]*Keyring, 20)
	var group sync.WaitGroup
	for i := range rings {
		group.Go(func() {
			k, err := Open(folder, c.now)
			if err != nil {
				t.Error(err)
				return
			}
			rings[i] = k
		})
	}
	group.Wait()
	_, want := kids(t, rings[0])
	for _, k := range rings {
		if _, signs := kids(t, k); signs != want {
			t.Error("two gateways sign with different keys")
		}
		if string(k.sealing) != string(rings[0].sealing) {
			t.Error("two gateways seal with different keys")
		}
	}
}

// TestRotationOfTwo: two gateways share a folder and rotate its keys at different
// times. The key set of each always verifies the tokens of the other.
func TestRotationOfTwo(t *testing.T) {
	folder, start := t.TempDir(), time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC)
	c := &clock{start}
	gateways := []*Keyring{open(t, folder, c), open(t, folder, c)}
	ringsOf := map[string]func(*Keyring) *Ring{
		"launch": func(k *Keyring) *Ring { return k.Launch },
		"client": func(k *Keyring) *Ring { return k.Client },
	}
	for minute := 0; minute < 3*24*60; minute += 29 {
		c.at = start.Add(rotateAfter - 24*time.Hour + time.Duration(minute)*time.Minute)
		if err := gateways[minute/29%2].Rotate(); err != nil {
			t.Fatal(err)
		}
		for name, ringOf := range ringsOf {
			for i, signer := range gateways {
				signed, err := ringOf(signer).Sign(jwt.MapClaims{"sub": "dr-1"})
				if err != nil {
					t.Fatal(err)
				}
				set, err := ringOf(gateways[1-i]).Public()
				if err != nil {
					t.Fatal(err)
				}
				_, err = jwt.Parse(signed, func(token *jwt.Token) (any, error) {
					found := set.Key(token.Header["kid"].(string))
					if len(found) != 1 {
						return nil, errors.New("the other gateway does not publish the key")
					}
					return found[0].Key, nil
				}, jwt.WithValidMethods([]string{"ES256", "ES384"}))
				if err != nil {
					t.Fatalf("%s, after %s: %v", name, c.at.Sub(start), err)
				}
			}
		}
	}
	if files, _ := filepath.Glob(filepath.Join(folder, "*.pem")); len(files) != 2 {
		t.Errorf("%d keys at the end", len(files))
	}
}

func TestRestartKeepsKeys(t *testing.T) {
	folder := t.TempDir()
	c := &clock{time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC)}
	_, before := kids(t, open(t, folder, c))
	if _, after := kids(t, open(t, folder, c)); after != before {
		t.Error("a restart made another key")
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	for _, entry := range entries {
		if info, _ := entry.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s is readable by others: %v", entry.Name(), info.Mode())
		}
	}
}

func TestBadFiles(t *testing.T) {
	tests := []struct{ name, file, content, want string }{
		{"no PEM", "signing-2026-01-01.pem", "hello", "not a PEM file"},
		{
			"another key",
			"signing-2026-01-01.pem",
			"-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n",
			"signing-2026",
		},
		{"a short sealing key", "sealing.key", "short", "has 5 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, test.file), []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(folder, time.Now); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Error(err)
			}
		})
	}
}
