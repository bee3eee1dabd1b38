package objects

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Object is one stored object.
type Object struct {
	Key        string    `json:"key"`
	Size       int64     `json:"size"` // bytes
	ModifiedAt time.Time `json:"modifiedAt"`
}

// makeBucket creates the bucket with a CORS rule for the configured origins, as
// the edge's bucket tool does for a real one.
func (s *Server) makeBucket(ctx context.Context) error {
	_, err := s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &s.config.Bucket})
	var exists *types.BucketAlreadyOwnedByYou
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("make the bucket %s: %w", s.config.Bucket, err)
	}
	_, err = s.client.PutBucketCors(ctx, &s3.PutBucketCorsInput{
		Bucket: &s.config.Bucket,
		CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{{
			AllowedOrigins: s.config.Origins,
			AllowedMethods: []string{"GET", "HEAD", "PUT"},
			AllowedHeaders: []string{"content-type", "if-none-match", "x-amz-checksum-sha256"},
			ExposeHeaders:  []string{"ETag"},
			MaxAgeSeconds:  aws.Int32(3600),
		}}},
	})
	if err != nil {
		return fmt.Errorf("set CORS of the bucket %s: %w", s.config.Bucket, err)
	}
	return nil
}

// List returns every object of the bucket, ordered by key.
func (s *Server) List(ctx context.Context) ([]Object, error) {
	list := []Object{}
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.config.Bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			list = append(list, Object{aws.ToString(o.Key), aws.ToInt64(o.Size), aws.ToTime(o.LastModified).UTC()})
		}
	}
	return list, nil
}

// Sweep deletes the objects that are older than age by the server's clock, as
// a bucket's lifecycle rule would, and returns their number.
func (s *Server) Sweep(ctx context.Context, age time.Duration) (int, error) {
	objects, err := s.List(ctx)
	if err != nil {
		return 0, err
	}
	deadline, swept := s.config.Clock.Now().Add(-age), 0
	for _, o := range objects {
		if o.ModifiedAt.After(deadline) {
			continue
		}
		if _, err := s.client.DeleteObject(
			ctx,
			&s3.DeleteObjectInput{Bucket: &s.config.Bucket, Key: &o.Key},
		); err != nil {
			return swept, err
		}
		swept++
	}
	return swept, nil
}

// SweepEvery sweeps at intervals until the context ends. The next sweep repeats
// one that fails.
func (s *Server) SweepEvery(ctx context.Context, interval, age time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		_, _ = s.Sweep(ctx, age)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
