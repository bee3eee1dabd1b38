package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/edge/doctor"
	"github.com/clinicpro/photobridge/edge/environment"
	"github.com/clinicpro/photobridge/edge/objects"
	"github.com/clinicpro/photobridge/edge/realtime"
	"github.com/clinicpro/photobridge/edge/upstash"
	"github.com/clinicpro/photobridge/shared"
)

const fixConfiguration = "Set what is named, in the worker's secrets or variables, and deploy again."

// examiner is what the doctor examines a deployment with.
type examiner struct {
	config    config
	redis     *upstash.Client
	bucket    *objects.Bucket
	publisher *realtime.Publisher
}

func (e examiner) examine(ctx context.Context) doctor.Report {
	return doctor.Examine(ctx, slices.Concat(
		[]doctor.Check{
			{Name: "configuration", Fix: fixConfiguration, Look: e.lookAtConfig},
			{
				Name: "redis",
				Fix: "Check UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN against the database's page at " +
					"Upstash; the token must not be the read-only one.",
				Look: e.redis.Probe,
			},
		},
		e.bucketChecks(),
		[]doctor.Check{
			{
				Name: "ably",
				Fix:  "Check ABLY_API_KEY: it needs publish and subscribe on session:*.",
				Look: e.publisher.Probe,
			},
			{
				Name: "clocks",
				Fix:  "Signatures and tokens fail when clocks differ. Set the clock of the machine that is wrong.",
				Look: e.lookAtClocks,
			},
		},
	))
}

// bucketChecks follow one object through its life, and look at the bucket's settings.
func (e examiner) bucketChecks() []doctor.Check {
	probe := "sessions/doctor/" + rand.Text() + ".jpg"
	return []doctor.Check{
		{
			Name: "s3 put",
			Fix: "Check S3_BUCKET_NAME, AWS_REGION, S3_ENDPOINT and the access key; its policy needs s3:PutObject " +
				"on sessions/*. `go run ./edge/cmd/bucket` makes the bucket.",
			Look: func(ctx context.Context) (string, error) { return e.bucket.ProbePut(ctx, probe) },
		},
		{
			Name: "s3 write-once",
			Fix: "The store ignores If-None-Match: * on a PUT, so a retry could overwrite a photo. Use one that " +
				"honours it (AWS S3, R2, VersityGW, MinIO from 2024-11).",
			Look: func(ctx context.Context) (string, error) { return e.bucket.ProbeWriteOnce(ctx, probe) },
		},
		{
			Name: "s3 head",
			Fix:  "The access key's policy needs s3:GetObject on sessions/*.",
			Look: func(ctx context.Context) (string, error) { return e.bucket.ProbeHead(ctx, probe) },
		},
		{
			Name: "s3 get",
			Fix:  "The access key's policy needs s3:GetObject on sessions/*.",
			Look: func(ctx context.Context) (string, error) { return e.bucket.ProbeGet(ctx, probe) },
		},
		{
			Name: "s3 delete",
			Fix: "The access key's policy needs s3:DeleteObject on sessions/*, and s3:ListBucket: without it a " +
				"missing object returns 403, not 404.",
			Look: func(ctx context.Context) (string, error) { return e.bucket.ProbeDelete(ctx, probe) },
		},
		{
			Name: "s3 cors",
			Fix:  "Run `go run ./edge/cmd/bucket`: it lets BASE_URL and ALLOWED_ORIGINS put and get.",
			Look: func(ctx context.Context) (string, error) {
				return e.bucket.ProbeCORS(
					ctx, append([]string{environment.Origin(e.config.baseURL)}, e.config.allowedOrigins...),
				)
			},
		},
		{
			Name: "s3 versions",
			Fix: "Run `go run ./edge/cmd/bucket`: it expires noncurrent versions after a day. The access key's " +
				"policy needs s3:GetBucketVersioning and s3:GetLifecycleConfiguration.",
			Look: e.bucket.ProbeVersions,
		},
	}
}

// lookAtConfig finds what works and is still not what one would want.
func (e examiner) lookAtConfig(context.Context) (string, error) {
	if len(e.config.allowedOrigins) == 0 {
		return "", fmt.Errorf("ALLOWED_ORIGINS is empty: no practice system's page may call this edge")
	}
	return fmt.Sprintf(
		"complete; %d allowed origins, %d photos a session, %d bytes a photo",
		len(e.config.allowedOrigins),
		e.config.maxImages,
		e.config.maxImageSize,
	), nil
}

func (e examiner) lookAtClocks(ctx context.Context) (string, error) {
	worst := time.Duration(0)
	for _, ask := range []func(context.Context) (time.Time, error){e.bucket.Time, e.publisher.Time} {
		theirs, err := ask(ctx)
		if err != nil {
			return "", err
		}
		if skew := time.Since(theirs).Abs(); skew > worst {
			worst = skew
		}
	}
	worst = worst.Round(time.Millisecond)
	if worst > shared.ClockSkew {
		return "", fmt.Errorf(
			"the clocks of edge, store and realtime differ by %s; %s is allowed",
			worst,
			shared.ClockSkew,
		)
	}
	return fmt.Sprintf("within %s of each other", worst), nil
}
