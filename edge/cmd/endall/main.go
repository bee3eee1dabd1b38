//go:build !js

// Command endall ends every session at once, as each one's desktop would: the
// sessions and their tokens are forgotten, their objects deleted, and desktops
// notified. It is for incidents; docs/operations.md says when and what else to do.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/clinicpro/photobridge/edge/environment"
	"github.com/clinicpro/photobridge/edge/objects"
	"github.com/clinicpro/photobridge/edge/realtime"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/edge/upstash"
	"github.com/clinicpro/photobridge/shared"
)

const timeLimit = 10 * time.Minute

func main() {
	dryRun := flag.Bool("dry-run", false, "count the sessions, and end none")
	flag.Usage = func() {
		fmt.Fprint(
			flag.CommandLine.Output(),
			"Ends every session: its tokens stop working, its photos are deleted, desktops are notified.\n"+
				"Reads the edge's own variables: UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, AWS_REGION, "+
				"AWS_ACCESS_KEY_ID,\n"+
				"AWS_SECRET_ACCESS_KEY, S3_BUCKET_NAME, S3_ENDPOINT (if it is not AWS), ABLY_API_KEY and "+
				"ABLY_REST_URL (if it is not Ably).\n\n",
		)
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	ender, err := newEnder(os.Getenv)
	if err == nil {
		err = ender.run(ctx, os.Stdout, *dryRun)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "endall:", err)
		os.Exit(1)
	}
}

// ender ends sessions with what a deployment is configured with.
type ender struct {
	store   *upstash.Store
	service *session.Service
	events  *realtime.Outgoing
}

func newEnder(getenv func(string) string) (*ender, error) {
	variables := &environment.Reader{Getenv: getenv}
	store := &upstash.Store{Now: time.Now, Redis: &upstash.Client{
		URL:   variables.Required("UPSTASH_REDIS_REST_URL"),
		Token: variables.Required("UPSTASH_REDIS_REST_TOKEN"),
		HTTP:  http.DefaultTransport,
	}}
	bucket := objects.New(objects.Config{
		Bucket:          variables.Required("S3_BUCKET_NAME"),
		Region:          variables.Required("AWS_REGION"),
		Endpoint:        getenv("S3_ENDPOINT"),
		AccessKeyID:     variables.Required("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: variables.Required("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
	}, http.DefaultTransport, time.Now)
	ablyKey := variables.Required("ABLY_API_KEY")
	if err := variables.Err(); err != nil {
		return nil, err
	}
	events := &realtime.Outgoing{HTTP: http.DefaultTransport}
	publisher, err := realtime.New(ablyKey, getenv("ABLY_REST_URL"), http.DefaultTransport, events)
	if err != nil {
		return nil, fmt.Errorf("ABLY_API_KEY: %w", err)
	}
	service := &session.Service{Store: store, Objects: bucket, Notifier: publisher, Now: time.Now}
	return &ender{store, service, events}, nil
}

// run continues after a session that could not be ended, and fails in the end:
// the others must not wait for it. It also deletes what sessions that ended
// earlier left behind. No id is printed.
func (e *ender) run(ctx context.Context, out io.Writer, dryRun bool) error {
	refs, err := e.store.Sessions(ctx)
	if err != nil {
		return err
	}
	if dryRun {
		fmt.Fprintf(out, "would end %d sessions\n", len(refs))
		return nil
	}
	defer e.events.Wait()
	ended := 0
	var failures []error
	for _, ref := range refs {
		err := e.service.End(ctx, ref, session.Forced)
		switch {
		case err == nil:
			ended++
		case shared.CodeOf(err) != shared.CodeSessionExpired: // by itself, meanwhile
			failures = append(failures, err)
		}
	}
	fmt.Fprintf(out, "ended %d of %d sessions\n", ended, len(refs))
	unfinished, err := e.store.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, encounterID := range unfinished {
		if err := e.service.Finish(ctx, encounterID); err != nil {
			failures = append(failures, err)
		}
	}
	if len(failures) > 0 {
		return fmt.Errorf(
			"%d sessions failed; run it again, and what photos are left go by the bucket's rule within a day: %w",
			len(failures),
			failures[0],
		)
	}
	return nil
}
