//go:build unix

package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// bucket looks into the store, past the edge.
type bucket struct {
	client *s3.Client
	name   string
}

func newBucket(env map[string]string) *bucket {
	return &bucket{s3.New(s3.Options{
		Region:       env["AWS_REGION"],
		BaseEndpoint: aws.String(env["S3_ENDPOINT"]),
		UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(
			env["AWS_ACCESS_KEY_ID"],
			env["AWS_SECRET_ACCESS_KEY"],
			"",
		),
	}), env["S3_BUCKET_NAME"]}
}

// list returns the keys of an encounter's objects.
func (b *bucket) list(ctx context.Context, encounterID string) ([]string, error) {
	page, err := b.client.ListObjectsV2(
		ctx,
		&s3.ListObjectsV2Input{Bucket: &b.name, Prefix: aws.String("sessions/" + encounterID + "/")},
	)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(page.Contents))
	for i, object := range page.Contents {
		keys[i] = *object.Key
	}
	return keys, nil
}
