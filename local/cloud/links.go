package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/clinicpro/photobridge/local/practice"
	"github.com/clinicpro/photobridge/shared"
)

// direct is a client without a proxy: the edge is on this machine.
var direct = &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}

// AwaitEdge returns when the edge responds, or with the context's error.
func (c *Cloud) AwaitEdge(ctx context.Context) error {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.config.Edge()+"/healthz", nil)
		if err != nil {
			return err
		}
		if response, err := direct.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusNoContent {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// PhoneLink opens a session for the first patient, as a desktop would, and
// returns the address in its QR code. It fails with the edge's error.
func (c *Cloud) PhoneLink(ctx context.Context) (string, error) {
	token, err := practice.LaunchToken(practice.Patients[0], c.secrets.LaunchSecret, time.Now())
	if err != nil {
		return "", err
	}
	target := c.config.Edge() + shared.BasePath + "/create"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader([]byte("{}")))
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := direct.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return "", err
	}
	var created shared.CreateResponse
	if response.StatusCode >= 300 {
		return "", fmt.Errorf("the edge returned %d: %s", response.StatusCode, bytes.TrimSpace(body))
	}
	if err := json.Unmarshal(body, &created); err != nil {
		return "", fmt.Errorf("the edge's response: %w", err)
	}
	return created.MobileURL, nil
}
