//go:build !js

// Command bucket sets up the bucket for photos. It creates the bucket, blocks public
// access, allows the pages to PUT and GET, and deletes objects in sessions/ after a
// day. Running it again is safe.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/clinicpro/photobridge/edge/environment"
)

const timeLimit = 2 * time.Minute

func main() {
	dryRun := flag.Bool("dry-run", false, "say what would be done, and do nothing")
	flag.Usage = func() {
		fmt.Fprint(
			flag.CommandLine.Output(),
			"Sets the bucket up: creates it, blocks public access, sets CORS and a one-day lifetime of "+
				"sessions/ and its versions.\n"+
				"Reads the edge's own variables: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "+
				"S3_BUCKET_NAME,\n"+
				"S3_ENDPOINT (if it is not AWS), BASE_URL and ALLOWED_ORIGINS.\n\n",
		)
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	setUp, err := newSetUp(os.Getenv)
	if err == nil {
		err = setUp.run(ctx, *dryRun)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bucket:", err)
		os.Exit(1)
	}
}

// setUp sets up one bucket.
type setUp struct {
	client  *s3.Client
	bucket  string
	region  string
	aws     bool // false: another store that speaks the same protocol
	origins []string
}

func newSetUp(getenv func(string) string) (*setUp, error) {
	variables := &environment.Reader{Getenv: getenv}
	region, bucket := variables.Required("AWS_REGION"), variables.Required("S3_BUCKET_NAME")
	keyID, secret := variables.Required("AWS_ACCESS_KEY_ID"), variables.Required("AWS_SECRET_ACCESS_KEY")
	page := variables.Required("BASE_URL")
	origins := append([]string{environment.Origin(page)}, variables.Origins("ALLOWED_ORIGINS")...)
	if err := variables.Err(); err != nil {
		return nil, err
	}
	options := s3.Options{
		Region:      region,
		Credentials: credentials.NewStaticCredentialsProvider(keyID, secret, getenv("AWS_SESSION_TOKEN")),
	}
	if endpoint := getenv("S3_ENDPOINT"); endpoint != "" {
		options.BaseEndpoint, options.UsePathStyle = &endpoint, true
	}
	return &setUp{s3.New(options), bucket, region, options.BaseEndpoint == nil, origins}, nil
}

// step is one thing to set. A store returns 501 for what it does not support,
// which is reported and is no failure away from AWS.
type step struct {
	what string
	do   func(context.Context) error
}

func (s *setUp) run(ctx context.Context, dryRun bool) error {
	for _, step := range []step{
		{"create the bucket " + s.bucket, s.create},
		{"block public access", s.blockPublic},
		{"let pages of " + strings.Join(s.origins, ", ") + " put and get", s.setCORS},
		{"delete what is a day old in sessions/, and noncurrent versions a day later", s.setLifecycle},
	} {
		if dryRun {
			fmt.Println("would", step.what)
			continue
		}
		err := step.do(ctx)
		switch {
		case err == nil:
			fmt.Println("done:", step.what)
		case !s.aws && notImplemented(err):
			fmt.Printf("this store cannot %s; do it in its own way\n", step.what)
		default:
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

func notImplemented(err error) bool {
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	return ok &&
		(response.HTTPStatusCode() == http.StatusNotImplemented ||
			response.HTTPStatusCode() == http.StatusMethodNotAllowed)
}

func (s *setUp) create(ctx context.Context) error {
	if _, err := s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &s.bucket}); err == nil {
		return nil
	}
	input := &s3.CreateBucketInput{Bucket: &s.bucket}
	if s.aws && s.region != "us-east-1" { // which must not be named
		input.CreateBucketConfiguration = &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(s.region),
		}
	}
	_, err := s.client.CreateBucket(ctx, input)
	if _, ours := errors.AsType[*types.BucketAlreadyOwnedByYou](err); ours {
		return nil
	}
	return err
}

func (s *setUp) blockPublic(ctx context.Context) error {
	_, err := s.client.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{
		Bucket: &s.bucket,
		PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: aws.Bool(
				true,
			),
			BlockPublicPolicy:     aws.Bool(true),
			IgnorePublicAcls:      aws.Bool(true),
			RestrictPublicBuckets: aws.Bool(true),
		},
	})
	return err
}

func (s *setUp) setCORS(ctx context.Context) error {
	_, err := s.client.PutBucketCors(ctx, &s3.PutBucketCorsInput{
		Bucket: &s.bucket,
		CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{{
			AllowedOrigins: s.origins, AllowedMethods: []string{"PUT", "GET"},
			AllowedHeaders: []string{"content-type", "if-none-match", "x-amz-checksum-sha256"},
			ExposeHeaders:  []string{"ETag"}, MaxAgeSeconds: aws.Int32(7200),
		}}},
	})
	return err
}

func (s *setUp) setLifecycle(ctx context.Context) error {
	_, err := s.client.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: &s.bucket,
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{
			ID: aws.String("sessions-one-day"), Status: types.ExpirationStatusEnabled,
			Filter:                         &types.LifecycleRuleFilter{Prefix: aws.String("sessions/")},
			Expiration:                     &types.LifecycleExpiration{Days: aws.Int32(1)},
			NoncurrentVersionExpiration:    &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(1)},
			AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(1)},
		}, {
			// A marker that hides no version any more; one rule cannot have both.
			ID: aws.String("sessions-delete-markers"), Status: types.ExpirationStatusEnabled,
			Filter:     &types.LifecycleRuleFilter{Prefix: aws.String("sessions/")},
			Expiration: &types.LifecycleExpiration{ExpiredObjectDeleteMarker: aws.Bool(true)},
		}}},
	})
	return err
}
